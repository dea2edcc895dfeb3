//! Texts of `--help`, in lines as long as the terminal has them.

use clap::{Arg, Command, Parser};

/// The arguments of this process, or the end of it with what clap has to say.
pub(crate) fn parse<C: Parser>() -> C {
    let matches = flowing(C::command()).get_matches();
    C::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The command with paragraphs that are a line each, for clap to break where the terminal ends.
fn flowing(command: Command) -> Command {
    let command = match command.get_after_help().map(|text| flow(&text.to_string())) {
        Some(text) => command.after_help(text),
        None => command,
    };
    let argument = |arg: Arg| match arg.get_long_help().map(|text| flow(&text.to_string())) {
        Some(text) => arg.long_help(text),
        None => arg,
    };
    command.mut_args(argument).mut_subcommands(flowing)
}

/// Joins the lines of paragraphs. Examples stay as they are.
fn flow(text: &str) -> String {
    let paragraph = |paragraph: &str| {
        let stays = paragraph.lines().any(|line| line.starts_with(' '));
        if stays { paragraph.to_owned() } else { paragraph.replace('\n', " ") }
    };
    text.split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_examples_stay() {
        let text = "Examples:\n  one\n    more\n\n  two\n\nSome\ntext.\n\nExit status: 0 fine,\n1 not.";
        let flowing = "Examples:\n  one\n    more\n\n  two\n\nSome text.\n\nExit status: 0 fine, 1 not.";
        assert_eq!(flow(text), flowing);
        let arg = Arg::new("a").long_help("Long\nhelp.");
        let tool = Command::new("tool").subcommand(Command::new("sub").after_help("A\nb.").arg(arg));
        let tool = self::flowing(tool);
        let sub = tool.find_subcommand("sub").expect("the subcommand");
        assert_eq!(sub.get_after_help().expect("its text").to_string(), "A b.");
        let arg = sub.get_arguments().next().expect("its argument");
        assert_eq!(arg.get_long_help().expect("its help").to_string(), "Long help.");
    }
}
