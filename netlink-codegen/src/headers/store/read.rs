//! Text → store.

use super::syntax::{ABSENT, HERE, UNKNOWN, is_name, layout_in, mark, place_in, split, spot_in, value_in};
use super::write::last_entries;
use super::{Error, manifest};
use crate::headers::facts::{
    ArchLayout, Constant, Enum, Field, History, Home, KernelIx, Move, Record, Store, Value,
};

/// Reads a store from its manifest and its files (header path and text, in path order).
pub fn read<'t>(manifest: &str, files: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Store, Error> {
    let files: Vec<_> = files.collect();
    let mut reader = Reader {
        store: Store { kernels: manifest::read(manifest)?, ..Store::default() },
        derived: Vec::new(),
        first_entries: Vec::new(),
    };
    // About one constant for so many bytes; growing again and again would take longer than reading.
    let size: usize = files.iter().map(|(_, text)| text.len()).sum();
    reader.store.constants.reserve(size / 40);
    let mut line_words = Vec::new();
    for (header, text) in files {
        let mut file = File { header, private: false, block: Block::Head };
        for (at, line) in text.lines().enumerate() {
            reader.line(&mut file, line, &mut line_words).map_err(|message| Error::Syntax {
                file: format!("{}/{header}.txt", super::FACTS),
                line: at + 1,
                message,
            })?;
        }
        reader.store.headers.push(header.to_owned());
    }
    reader.store.headers.sort();
    reader.store.missing_headers.sort();
    reader.store.unknown_headers.sort();
    reader.derive()?;
    Ok(reader.store)
}

struct Reader {
    store: Store,
    /// Bounds whose values follow from others, which may stand further down.
    derived: Vec<Derived>,
    /// Of each enum, where its entries start among the constants, in which they follow each other.
    first_entries: Vec<usize>,
}

struct Derived {
    name: String,
    from: From,
    /// Where it appears (true) and disappears.
    presence: Vec<(KernelIx, bool)>,
}

enum From {
    /// The last entry of its own enum, plus this.
    Last(i128),
    /// Another constant, minus one.
    Other(String),
}

struct File<'t> {
    header: &'t str,
    private: bool,
    block: Block,
}

enum Block {
    Head,
    Define,
    Enum,
    Record(String),
}

type Outcome<T = ()> = Result<T, String>;

impl Reader {
    /// `words` is a place for the words of the line.
    fn line<'t>(&mut self, file: &mut File<'_>, line: &'t str, words: &mut Vec<&'t str>) -> Outcome {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        split(line, words)?;
        let Some((first, rest)) = words.split_first() else { return Ok(()) };
        if line.starts_with(' ') {
            return match &file.block {
                Block::Head => Err("a fact before any define, enum, struct or union".into()),
                Block::Define => self.constant(file, first, rest, Home::Macro),
                Block::Enum => self.constant(file, first, rest, Home::Enum(self.store.enums.len() - 1)),
                Block::Record(name) => self.member(file.private, name, first, rest),
            };
        }
        match *first {
            "private" => file.private = true,
            "header" => self.states(file.header, rest)?,
            "define" => file.block = Block::Define,
            "enum" => {
                if rest.len() > 1 || !rest.iter().all(|tag| is_name(tag)) {
                    return Err("expected: enum [tag]".into());
                }
                let tag = rest.first().map(|tag| (*tag).to_owned());
                self.first_entries.push(self.store.constants.len());
                self.store.enums.push(Enum { tag, header: file.header.to_owned(), entries: Vec::new() });
                file.block = Block::Enum;
            }
            "struct" | "union" => {
                let name = self.record(file, *first == "union", rest)?;
                file.block = Block::Record(name);
            }
            other => return Err(format!("unknown word {other}")),
        }
        Ok(())
    }

    /// Which kernels have the header.
    fn states(&mut self, header: &str, items: &[&str]) -> Outcome {
        let mut history = History::default();
        for item in items {
            let (state, kernel) = mark(item);
            if ![HERE, ABSENT, UNKNOWN].contains(&state) {
                return Err(format!("{state}: expected {HERE}, {ABSENT} or {UNKNOWN}"));
            }
            append(&mut history, self.mark(kernel, 0)?, Some(state.to_owned()))?;
        }
        for kernel in 0..self.store.kernels.len() {
            let Some(state) = history.at(kernel).filter(|state| *state != HERE) else { continue };
            self.store.missing_headers.push((kernel, header.to_owned()));
            if state == UNKNOWN {
                self.store.unknown_headers.push((kernel, header.to_owned()));
            }
        }
        Ok(())
    }

    fn kernel(&self, release: &str) -> Outcome<KernelIx> {
        let found = self.store.kernels.iter().position(|k| k.release == release);
        found.ok_or_else(|| format!("kernel {release} is not in the manifest"))
    }

    fn mark(&self, mark: Option<&str>, from: KernelIx) -> Outcome<KernelIx> {
        mark.map_or(Ok(from), |release| self.kernel(release))
    }

    fn constant(&mut self, file: &File<'_>, name: &str, items: &[&str], home: Home) -> Outcome {
        if !is_name(name) {
            return Err(format!("{name} is not a C name"));
        }
        let mut constant = Constant {
            name: name.to_owned(),
            header: file.header.to_owned(),
            home: home.clone(),
            value: History::default(),
            sentinel: false,
            private: file.private,
        };
        let mut from = None;
        let mut presence = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if let Some(old) = item.strip_prefix('~') {
                self.moved(name, file.header, home == Home::Macro, old)?;
                continue;
            }
            let (word, kernel) = mark(item);
            let kernel = self.mark(kernel, 0)?;
            if let Some(bound) = bound(word) {
                constant.sentinel = true;
                from = Some(bound);
                presence.push((kernel, true));
                continue;
            }
            let word = match word.strip_prefix("end:") {
                Some(word) if at == 0 => {
                    constant.sentinel = true;
                    word
                }
                _ => word,
            };
            if word == "-" {
                presence.push((kernel, false));
                append(&mut constant.value, kernel, None)?;
            } else {
                let value = value_in(word).ok_or_else(|| format!("{word} is no value"))?;
                append(&mut constant.value, kernel, Some(value))?;
            }
        }
        if items.is_empty() {
            return Err(format!("{name} has no value"));
        }
        if let Some(from) = from {
            constant.value = History::default();
            self.derived.push(Derived { name: name.to_owned(), from, presence });
        }
        if let (Home::Enum(_), Some(e)) = (&home, self.store.enums.last_mut()) {
            e.entries.push(name.to_owned());
        }
        match self.store.constants.insert(name.to_owned(), constant) {
            None => Ok(()),
            Some(other) => Err(format!("{name} stands in {} already", other.header)),
        }
    }

    fn moved(&mut self, name: &str, header: &str, define: bool, text: &str) -> Outcome {
        let wrong = || format!("~{text}: expected ~[enum|define][,][header]@[first]..[until]");
        let (place, Some(range)) = mark(text) else { return Err(wrong()) };
        let (from, until) = range.split_once("..").ok_or_else(wrong)?;
        let (kind, old) = match place.split_once(',') {
            Some((kind, old)) => (kind, old),
            None if place == "enum" || place == "define" => (place, header),
            None => ("", place),
        };
        let define = match kind {
            "define" => true,
            "enum" => false,
            "" => define,
            _ => return Err(wrong()),
        };
        let from = if from.is_empty() { 0 } else { self.kernel(from)? };
        let until = if until.is_empty() { self.store.kernels.len() } else { self.kernel(until)? };
        let to = until.checked_sub(1).filter(|to| from <= *to).ok_or_else(wrong)?;
        let stay = Move { from, to, header: old.to_owned(), define };
        self.store.moves.entry(name.to_owned()).or_default().push(stay);
        Ok(())
    }

    fn record(&mut self, file: &File<'_>, union: bool, items: &[&str]) -> Outcome<String> {
        let Some((name, items)) = items.split_first().filter(|(name, _)| is_name(name)) else {
            return Err("expected: struct NAME [typedef] [packed] size/align…".into());
        };
        let mut record = Record {
            name: (*name).to_owned(),
            typedef: false,
            header: file.header.to_owned(),
            union,
            packed: false,
            layout: History::default(),
            fields: Vec::new(),
            arch: Vec::new(),
        };
        for item in items {
            match *item {
                "typedef" => record.typedef = true,
                "packed" => record.packed = true,
                item => {
                    if let Some(old) = item.strip_prefix('~') {
                        self.moved(name, file.header, false, old)?;
                        continue;
                    }
                    let (word, kernel) = mark(item);
                    let layout = match word {
                        "-" => None,
                        word => Some(layout_in(word).ok_or_else(|| format!("{word} is no size/align"))?),
                    };
                    append(&mut record.layout, self.mark(kernel, 0)?, layout)?;
                }
            }
        }
        if record.layout.0.is_empty() {
            return Err(format!("{name} has no size"));
        }
        match self.store.records.insert((*name).to_owned(), record) {
            None => Ok((*name).to_owned()),
            Some(other) => Err(format!("{name} stands in {} already", other.header)),
        }
    }

    fn member(&mut self, private: bool, record: &str, name: &str, items: &[&str]) -> Outcome {
        let from = self.store.records.get(record).and_then(|r| r.layout.since()).unwrap_or(0);
        if name == "arch"
            && let [arch, layout, offsets @ ..] = items
            && let Some(layout) = layout_in(layout)
        {
            let spots =
                offsets.iter().map(|spot| if *spot == "-" { Some(None) } else { spot_in(spot).map(Some) });
            let spots = spots.collect::<Option<_>>().ok_or("expected: arch NAME size/align offsets…")?;
            if let Some(record) = self.store.records.get_mut(record) {
                record.arch.push(ArchLayout { arch: (*arch).to_owned(), layout, spots });
            }
            return Ok(());
        }
        if !is_name(name) {
            return Err(format!("{name} is not a C name"));
        }
        let mut place = History::default();
        let mut items = items.iter();
        while let Some(item) = items.next() {
            let (word, kernel) = mark(item);
            if word == "-" {
                append(&mut place, self.mark(kernel, from)?, None)?;
                continue;
            }
            let (ty, kernel) = mark(items.next().ok_or_else(|| format!("{name}: {item} without a type"))?);
            let wrong = || format!("{name}: {word} {ty} is no offset and type");
            append(&mut place, self.mark(kernel, from)?, Some(place_in(word, ty).ok_or_else(wrong)?))?;
        }
        if place.0.is_empty() {
            return Err(format!("{name} has no offset"));
        }
        if let Some(record) = self.store.records.get_mut(record) {
            record.fields.push(Field { name: name.to_owned(), place, private });
        }
        Ok(())
    }

    /// Gives bounds their values, those of enums first: macros refer to them.
    fn derive(&mut self) -> Result<(), Error> {
        let mut derived = std::mem::take(&mut self.derived);
        derived.sort_by_key(|d| matches!(d.from, From::Other(_)));
        let kernels = self.store.kernels.len();
        for Derived { name, from, presence } in derived {
            let Some(constant) = self.store.constants.get(&name) else { continue };
            let syntax = |message: String| Error::Syntax {
                file: format!("{}/{}.txt", super::FACTS, constant.header),
                line: 0,
                message,
            };
            let last = match constant.home {
                Home::Enum(at) => {
                    let first = self.first_entries[at];
                    let own =
                        self.store.constants.get_range(first..first + self.store.enums[at].entries.len());
                    own.map(|own| last_entries(kernels, own.values()))
                }
                Home::Macro => None,
            };
            let mut value: History<Value> = History::default();
            let mut present = false;
            for kernel in 0..self.store.kernels.len() {
                if let Some((_, here)) = presence.iter().find(|(k, _)| *k == kernel) {
                    present = *here;
                    if !present {
                        value.0.push((kernel, None));
                    }
                }
                if !present {
                    continue;
                }
                let number = match &from {
                    From::Last(plus) => {
                        last.as_ref().and_then(|last| last.get(kernel).copied().flatten()).map(|v| v + plus)
                    }
                    From::Other(other) => {
                        match self.store.constants.get(other).and_then(|o| o.value.at(kernel)) {
                            Some(Value::Int(v)) => Some(v - 1),
                            _ => None,
                        }
                    }
                };
                let number = number
                    .ok_or_else(|| syntax(format!("{name}: nothing to count from in kernel {kernel}")))?;
                if value.0.last().map(|(_, v)| v) != Some(&Some(Value::Int(number))) {
                    value.0.push((kernel, Some(Value::Int(number))));
                }
            }
            if let Some(constant) = self.store.constants.get_mut(&name) {
                constant.value = value;
            }
        }
        Ok(())
    }
}

/// `end`, `end-1`, `end:=NAME-1`.
fn bound(word: &str) -> Option<From> {
    match word {
        "end" => Some(From::Last(1)),
        "end-1" => Some(From::Last(0)),
        _ => {
            let name = word.strip_prefix("end:=")?.strip_suffix("-1")?;
            is_name(name).then(|| From::Other(name.to_owned()))
        }
    }
}

/// Adds an entry; kernels must come in order.
fn append<T>(history: &mut History<T>, kernel: KernelIx, value: Option<T>) -> Outcome {
    if history.0.last().is_some_and(|(last, _)| *last >= kernel) {
        return Err("kernels out of order".into());
    }
    // Most have one entry, and there are thousands of them.
    history.0.reserve_exact(1);
    history.0.push((kernel, value));
    Ok(())
}
