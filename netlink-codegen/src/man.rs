//! Manual pages of a command-line tool: what `--help` says, a page for each subcommand.

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};
use std::io::{self, Write};
use std::path::PathBuf;

/// Write manual pages
#[derive(Debug, Args)]
pub struct Pages {
    /// Where to write the pages of this command and of each subcommand; without it, the first one is printed
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Pages {
    /// Examples for a tool's help.
    pub fn examples(tool: &str) -> String {
        format!(
            "Examples:\n  {tool} man | man -l -\n  {tool} man /usr/local/share/man/man1\n\n\
                 Exit status: 0 fine, 1 a page could not be written, 2 wrong use."
        )
    }

    /// Writes them.
    pub fn write<C: CommandFactory>(&self, out: &mut impl Write) -> io::Result<()> {
        let pages = pages(C::command());
        match &self.directory {
            Some(directory) => {
                std::fs::create_dir_all(directory)?;
                pages.iter().try_for_each(|(name, text)| std::fs::write(directory.join(name), text))
            }
            None => pages.first().map_or(Ok(()), |(_, text)| out.write_all(text)),
        }
    }
}

/// Names of files, and their texts; the tool's own page comes first.
fn pages(tool: Command) -> Vec<(String, Vec<u8>)> {
    let mut tool = tool.disable_help_subcommand(true);
    tool.build();
    let subcommands = tool.get_subcommands().filter(|sub| !sub.is_hide_set());
    let all: Vec<_> = std::iter::once(&tool).chain(subcommands).cloned().collect();
    let names: Vec<_> = all.iter().map(|command| name(command).to_owned()).collect();
    all.into_iter().map(|command| (format!("{}.1", name(&command)), page(command, &tool, &names))).collect()
}

fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: Command, tool: &Command, names: &[String]) -> Vec<u8> {
    let own = name(&command).to_owned();
    let subcommands = command.has_subcommands();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let help = Help::read(&help);
    let (of, version) = (tool.get_name(), tool.get_version().unwrap_or_default());
    let man = Man::new(command);
    // The empty word is the date, which changes nothing about a page.
    let mut out =
        format!(".TH {} 1 \"\" \"{of} {version}\" \"User Commands\"\n", own.to_uppercase()).into_bytes();
    // Writing to a Vec cannot fail.
    let _ = man.render_name_section(&mut out);
    let _ = man.render_synopsis_section(&mut out);
    let _ = man.render_description_section(&mut out);
    let mut roff = Roff::new();
    for paragraph in &help.text {
        roff.control("PP", []).text([roman(paragraph)]);
    }
    let _ = roff.to_writer(&mut out);
    let _ = man.render_options_section(&mut out);
    if subcommands {
        let _ = man.render_subcommands_section(&mut out);
    }
    let mut roff = Roff::new();
    if !help.examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]).control("nf", []).text(lines(&help.examples)).control("fi", []);
    }
    if let Some(status) = &help.status {
        roff.control("SH", ["EXIT STATUS"]).text([roman(status)]);
    }
    let others: Vec<_> = names.iter().filter(|name| **name != own).collect();
    roff.control("SH", ["SEE ALSO"]);
    for (ix, name) in others.iter().enumerate() {
        let end = if ix + 1 == others.len() { "" } else { "," };
        roff.text([bold(name.as_str()), roman(format!("(1){end}"))]);
    }
    let _ = roff.to_writer(&mut out);
    out
}

fn lines(text: &[String]) -> Vec<Inline> {
    text.iter().map(|line| roman(format!("{line}\n"))).collect()
}

/// What stands below the options in `--help`, by what it is.
#[derive(Debug, Default, PartialEq)]
struct Help {
    examples: Vec<String>,
    text: Vec<String>,
    status: Option<String>,
}

impl Help {
    fn read(text: &str) -> Self {
        let mut help = Help::default();
        let mut examples = false;
        for paragraph in text.split("\n\n").map(|paragraph| paragraph.trim_matches('\n')) {
            if let Some(first) = paragraph.strip_prefix("Examples:\n") {
                examples = true;
                help.examples.extend(first.lines().map(outdent));
            } else if examples && paragraph.starts_with(' ') {
                help.examples.push(String::new());
                help.examples.extend(paragraph.lines().map(outdent));
            } else if let Some(status) = paragraph.strip_prefix("Exit status: ") {
                help.status = Some(status.replace('\n', " "));
            } else if !paragraph.is_empty() {
                examples = false;
                help.text.push(paragraph.replace('\n', " "));
            }
        }
        help
    }
}

/// A line of an example without the blanks that all of them have.
fn outdent(line: &str) -> String {
    line.strip_prefix("  ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_has_three_parts() {
        let help = Help::read(
            "Examples:\n  one\n    more\n\n  two\n\nSome\ntext.\n\nMore.\n\nExit status: 0 fine,\n1 not.",
        );
        assert_eq!(help.examples, ["one", "  more", "", "two"]);
        assert_eq!(help.text, ["Some text.", "More."]);
        assert_eq!(help.status.as_deref(), Some("0 fine, 1 not."));
        assert_eq!(Help::read(""), Help::default());
    }

    /// A new subcommand says what it is for and shows it.
    #[test]
    fn every_command_has_its_page() {
        for tool in [crate::cli::command(), crate::cli_netlink::command()] {
            for (file, text) in pages(tool) {
                let text = String::from_utf8(text).expect("text");
                for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"] {
                    assert!(
                        text.contains(&format!(".SH {section}\n"))
                            || text.contains(&format!(".SH \"{section}\"\n")),
                        "{file} lacks {section}:\n{text}"
                    );
                }
                assert!(text.contains(".SH EXAMPLES"), "{file} has no examples");
            }
        }
    }
}
