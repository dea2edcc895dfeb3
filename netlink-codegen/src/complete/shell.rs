//! Shells: their scripts, how they say what is typed, and how they want the answer.

use super::{Answer, Place, Word, complete};
use clap::{Args, CommandFactory, ValueEnum};
use std::fmt::Write as _;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  source <(TOOL completion bash)
  TOOL completion bash > ~/.local/share/bash-completion/completions/TOOL
  TOOL completion zsh > ~/.zfunc/_TOOL
  TOOL completion fish > ~/.config/fish/completions/TOOL.fish

Zsh finds the file in a directory of its `fpath`.

Exit status: 0 fine, 2 wrong use.";

/// A shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// Bash, from 4.4 on
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
}

/// Print a script that makes a shell complete the words of this command
#[derive(Debug, Args)]
pub struct Script {
    /// The shell
    shell: Shell,
}

/// What a script asks.
#[derive(Debug, Args)]
pub struct Ask {
    shell: Shell,
    /// Of bash: where it breaks words, and the line until the cursor. Of others: the words until the cursor.
    #[arg(last = true)]
    words: Vec<String>,
}

impl Script {
    /// Examples for a tool's help.
    pub fn examples(tool: &str) -> String {
        EXAMPLES.replace("TOOL", tool)
    }

    /// The script.
    pub fn text(&self, tool: &str) -> String {
        let text = match self.shell {
            Shell::Bash => include_str!("complete.bash"),
            Shell::Zsh => include_str!("complete.zsh"),
            Shell::Fish => include_str!("complete.fish"),
        };
        text.replace("FUNCTION", &tool.replace('-', "_")).replace("TOOL", tool)
    }
}

impl Ask {
    /// Answers.
    pub fn answer<C: CommandFactory>(
        &self,
        values: &dyn Fn(&Place<'_>) -> Option<Vec<Word>>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut tool = C::command();
        let (words, cut) = match (self.shell, self.words.as_slice()) {
            (Shell::Bash, [breaks, line]) => {
                let words = split(line);
                let typed = words.last().map_or("", String::as_str);
                let cut =
                    typed.rfind(|c: char| breaks.contains(c) && !c.is_whitespace()).map_or(0, |at| at + 1);
                (words.into_iter().skip(1).collect(), cut)
            }
            (_, words) => (words.to_vec(), 0),
        };
        let answer = match complete(&mut tool, &words, values) {
            Answer::Files => "files\n".to_owned(),
            Answer::Words(words) => words.iter().fold("words\n".to_owned(), |mut all, word| {
                let (text, doc) = (&word.text, &word.doc);
                // Writing to a String cannot fail.
                let _ = match self.shell {
                    // It replaces what follows the last break; a blank ends a word that is whole.
                    Shell::Bash => {
                        let end = if text.ends_with(['=', '.', ':']) { "" } else { " " };
                        writeln!(all, "{}{end}", text.get(cut..).unwrap_or_default())
                    }
                    Shell::Zsh | Shell::Fish => writeln!(all, "{text}\t{doc}"),
                };
                all
            }),
        };
        out.write_all(answer.as_bytes())
    }
}

/// The words of a line, as a shell takes them apart; the last one is where the line ends.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let word = words.last_mut();
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('\\', None | Some('"')) => word.into_iter().for_each(|word| word.extend(chars.next())),
            (c, None) if c.is_whitespace() => {
                if word.is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
            }
            (c, _) => word.into_iter().for_each(|word| word.push(c)),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_bash() {
        assert_eq!(split("netlink  dump rt"), ["netlink", "dump", "rt"]);
        assert_eq!(split("netlink dump "), ["netlink", "dump", ""]);
        assert_eq!(split(r#"do 'a b'=c\ d "e\"f' g"#), ["do", "a b=c d", "e\"f' g"]);
        assert_eq!(split(""), [""]);
    }
}
