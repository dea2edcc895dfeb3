//! Completion in shells: what the word at the cursor may become.
//!
//! The scripts hand the line to a hidden subcommand of the program ([`Ask`]), so that shells show what the
//! program itself knows: its arguments by clap, and values by whoever knows them.

mod shell;

pub use shell::{Ask, Script, Shell};

use clap::{Arg, Command};

/// What the word may become. One that ends with `=`, `.` or `:` goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The whole word.
    pub text: String,
    /// What it is, one line.
    pub doc: String,
}

impl Word {
    /// A word with what it is, of which the first line counts.
    pub fn new(text: impl Into<String>, doc: &str) -> Self {
        Word { text: text.into(), doc: doc.lines().next().unwrap_or_default().to_owned() }
    }

    /// The word behind something that is there already.
    pub fn after(self, start: &str) -> Self {
        Word { text: format!("{start}{}", self.text), ..self }
    }
}

/// What there is for a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These.
    Words(Vec<Word>),
    /// Names of files.
    Files,
}

/// An argument that a value is wanted for.
#[derive(Debug)]
pub struct Place<'c> {
    /// The subcommand.
    pub command: &'c str,
    /// The argument's name in the code.
    pub argument: &'c str,
    /// What is there of the value.
    pub typed: &'c str,
    /// Arguments before it, and their values.
    given: Vec<(&'c str, &'c str)>,
}

impl<'c> Place<'c> {
    /// The values of an argument that stand before this one.
    pub fn given(&self, argument: &str) -> impl Iterator<Item = &'c str> {
        self.given.iter().filter(move |(name, _)| *name == argument).map(|(_, value)| *value)
    }
}

/// What the last of the words, which follow the program's name, may become. `values` knows values of
/// arguments, or `None` where names of files are as good as anything.
pub fn complete(
    root: &mut Command,
    words: &[String],
    values: &dyn Fn(&Place<'_>) -> Option<Vec<Word>>,
) -> Answer {
    root.build();
    let Some((typed, before)) = words.split_last() else { return Answer::Words(Vec::new()) };
    let line = Line::read(root, before);
    let value = |argument, start: &str, typed| match line.value(argument, typed, values) {
        Answer::Words(words) => Answer::Words(words.into_iter().map(|word| word.after(start)).collect()),
        files => files,
    };
    if let Some(option) = line.open {
        return value(option, "", typed);
    }
    if let Some((name, rest)) =
        typed.strip_prefix("--").filter(|_| !line.only_values).and_then(|t| t.split_once('='))
    {
        return match line.long(name) {
            Some(option) => value(option, &format!("--{name}="), rest),
            None => Answer::Words(Vec::new()),
        };
    }
    if typed.starts_with('-') && !line.only_values {
        let options = line.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let words = options.filter_map(|arg| {
            let doc = arg.get_help().map(ToString::to_string).unwrap_or_default();
            Some(Word::new(format!("--{}", arg.get_long()?), &doc))
        });
        return Answer::Words(matching(words, typed));
    }
    if line.command.has_subcommands() {
        let words = line.command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(|sub| {
            let doc = sub.get_about().map(ToString::to_string).unwrap_or_default();
            Word::new(sub.get_name(), &doc)
        });
        return Answer::Words(matching(words, typed));
    }
    match line.positional() {
        Some(argument) => value(argument, "", typed),
        None => Answer::Words(Vec::new()),
    }
}

/// Those that go on from what is typed.
pub fn matching(words: impl IntoIterator<Item = Word>, typed: &str) -> Vec<Word> {
    words.into_iter().filter(|word| word.text.starts_with(typed)).collect()
}

/// The words before the one at the cursor.
struct Line<'c> {
    command: &'c Command,
    given: Vec<(&'c str, &'c str)>,
    /// An option whose value comes next.
    open: Option<&'c Arg>,
    /// How many arguments went by their place.
    places: usize,
    /// `--` was there.
    only_values: bool,
}

impl<'c> Line<'c> {
    fn read(root: &'c Command, words: &'c [String]) -> Self {
        let mut line = Line { command: root, given: Vec::new(), open: None, places: 0, only_values: false };
        for word in words {
            line.next(word);
        }
        line
    }

    fn next(&mut self, word: &'c str) {
        if let Some(option) = self.open.take() {
            // A value that may be left out is left out before another option.
            let optional = option.get_num_args().is_some_and(|n| n.min_values() == 0);
            if !(optional && word.starts_with('-')) {
                self.given.push((option.get_id().as_str(), word));
                return;
            }
        }
        if self.only_values {
            return self.place(word);
        }
        if word == "--" {
            self.only_values = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            match (self.long(name), value) {
                (Some(option), Some(value)) => self.given.push((option.get_id().as_str(), value)),
                (option, _) => self.open = option,
            }
        } else if let Some(short) = word.strip_prefix('-').and_then(|shorts| shorts.chars().next_back()) {
            let mut options = self.command.get_arguments().filter(|arg| takes_value(arg));
            self.open = options.find(|arg| arg.get_short() == Some(short));
        } else {
            self.place(word);
        }
    }

    /// A word that is no option.
    fn place(&mut self, word: &'c str) {
        match self.command.find_subcommand(word) {
            Some(command) if self.places == 0 => self.command = command,
            _ => {
                if let Some(argument) = self.positional() {
                    self.given.push((argument.get_id().as_str(), word));
                    self.only_values |= argument.is_trailing_var_arg_set();
                }
                self.places += 1;
            }
        }
    }

    /// The option of this name, if it takes a value.
    fn long(&self, name: &str) -> Option<&'c Arg> {
        self.command.get_arguments().find(|arg| arg.get_long() == Some(name) && takes_value(arg))
    }

    /// The argument that comes next by its place; the last one may take all the rest.
    fn positional(&self) -> Option<&'c Arg> {
        let all: Vec<_> = self.command.get_positionals().collect();
        let several = |arg: &&&Arg| arg.get_num_args().is_some_and(|n| n.max_values() > 1);
        all.get(self.places).or_else(|| all.last().filter(several)).copied()
    }

    fn value(&self, argument: &Arg, typed: &str, values: &dyn Fn(&Place<'_>) -> Option<Vec<Word>>) -> Answer {
        // What is before the last comma of a list stays.
        let (start, typed) = match argument.get_value_delimiter().and_then(|comma| typed.rfind(comma)) {
            Some(comma) => typed.split_at(comma + 1),
            None => ("", typed),
        };
        let possible = argument.get_possible_values();
        let words = if possible.is_empty() {
            let command = self.command.get_name();
            let given = self.given.clone();
            values(&Place { command, argument: argument.get_id().as_str(), typed, given })
        } else {
            let doc =
                |help: Option<&clap::builder::StyledStr>| help.map(ToString::to_string).unwrap_or_default();
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let words = shown.map(|value| Word::new(value.get_name(), &doc(value.get_help())));
            Some(matching(words, typed))
        };
        match words {
            Some(words) => Answer::Words(words.into_iter().map(|word| word.after(start)).collect()),
            None => Answer::Files,
        }
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{ArgAction, value_parser};

    fn tool() -> Command {
        let make = Command::new("make")
            .about("Makes it\nreally")
            .arg(Arg::new("what"))
            .arg(Arg::new("how").num_args(0..))
            .arg(Arg::new("form").long("form").short('f').value_parser(["round", "flat"]).help("Its form"))
            .arg(Arg::new("marks").long("marks").value_delimiter(',').action(ArgAction::Append))
            .arg(Arg::new("json").long("json").num_args(0..=1))
            .arg(Arg::new("size").long("size").value_parser(value_parser!(u32)))
            .arg(Arg::new("secret").long("secret").hide(true));
        Command::new("tool").subcommand(make).subcommand(Command::new("hidden").hide(true))
    }

    fn ask(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let values = |place: &Place<'_>| match place.argument {
            "what" => Some(matching([Word::new("cake", ""), Word::new("bread", "")], place.typed)),
            "marks" => Some(matching([Word::new("red", ""), Word::new("rare", "")], place.typed)),
            "how" => {
                Some(vec![Word::new(place.given("what").chain(place.given("json")).collect::<String>(), "")])
            }
            _ => None,
        };
        match complete(&mut tool(), &words, &values) {
            Answer::Files => "files".to_owned(),
            Answer::Words(words) => words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn words_of_each_kind() {
        assert_eq!(ask(""), "make help");
        assert_eq!(ask("m"), "make");
        assert_eq!(ask("make "), "cake bread");
        assert_eq!(ask("make b"), "bread");
        assert_eq!(ask("make --f"), "--form");
        assert_eq!(ask("make --s"), "--size");
        assert_eq!(ask("make --form "), "round flat");
        assert_eq!(ask("make -f r"), "round");
        assert_eq!(ask("make --form=f"), "--form=flat");
        assert_eq!(ask("make --size "), "files");
        assert_eq!(ask("make --marks red,r"), "red,red red,rare");
        assert_eq!(ask("make --marks=red,ra"), "--marks=red,rare");
        assert_eq!(ask("make --nothing="), "");
    }

    #[test]
    fn what_stands_before_it() {
        assert_eq!(ask("make cake "), "cake");
        assert_eq!(ask("make --form flat cake x y "), "cake");
        assert_eq!(ask("make cake --json --form flat "), "cake");
        assert_eq!(ask("make --json 1 cake "), "cake1");
        assert_eq!(ask("make -- "), "cake bread");
        assert_eq!(ask("make -- --f"), "");
    }

    #[test]
    fn words_say_what_they_are() {
        let answer = complete(&mut tool(), &["ma".to_owned()], &|_| None);
        assert_eq!(answer, Answer::Words(vec![Word::new("make", "Makes it")]));
    }
}
