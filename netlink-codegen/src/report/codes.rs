//! The table of rule codes: number, title, explanation. `netlink-codegen explain` prints it,
//! and each row has a failing example in `tests/diagnostics/`.

/// A rule's code. Numbers are stable: a rule that goes leaves its number unused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

/// What the table says about a code.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The code.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// For `explain`: what the rule wants, why, and what to do.
    pub explanation: &'static str,
    /// A mistake that upstream specs make and that has a clear remedy, such as taking the
    /// header's word: lenient loading makes it a warning.
    pub relaxable: bool,
}

impl Code {
    /// `NL0102`.
    pub fn id(self) -> &'static str {
        self.0
    }

    /// Lenient loading makes it a warning.
    pub fn relaxable(self) -> bool {
        self.row().relaxable
    }

    /// The code of this id, in any case, with or without `NL`.
    pub fn from_id(id: &str) -> Option<Code> {
        let id = id.to_ascii_uppercase();
        let digits = format!("{:0>4}", id.strip_prefix("NL").unwrap_or(&id));
        TABLE.iter().find(|row| row.code.0.strip_prefix("NL") == Some(&*digits)).map(|row| row.code)
    }

    /// Its row in the table.
    pub fn row(self) -> &'static Row {
        // Codes are made by the table alone, so the search always ends at a row.
        TABLE.iter().find(|row| row.code == self).unwrap_or(&TABLE[0])
    }
}

macro_rules! codes {
    (@relaxable relaxable) => { true };
    (@relaxable) => { false };
    ($($id:ident $name:ident $($relaxable:ident)? : $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code(stringify!($id));
        )*
        /// Every code, by number.
        pub static TABLE: &[Row] = &[$(Row {
            code: $name,
            title: $title,
            explanation: $explanation,
            relaxable: codes!(@relaxable $($relaxable)?),
        }),*];
    };
}

codes! {
    NL0001 SYNTAX: "not a YAML document",
        "A schema file is one YAML document in UTF-8. The message says what the YAML reader expected at the place shown.";
    NL0002 DUPLICATE_KEY: "a key stands twice",
        "YAML readers that keep the last of two equal keys hide mistakes, so both places are shown and neither wins. Keys are compared as plain text: `on` and `\"on\"` are the same key.";
    NL0003 UNKNOWN_KEY: "unknown key",
        "The dialect's keys are a closed list (schemas/README.md). In the short form, where named things are a mapping, an unknown key is an error, because it is most likely misspelt. In YNL's form, where they are a sequence, it is a warning, because YNL gains keys with every kernel release.";
    NL0004 WRONG_SHAPE: "a mapping, a sequence or a scalar where another was due",
        "The node at the place shown has another shape than the schema asks for there; the message names both.";
    NL0005 MISSING_KEY: "a required key is missing",
        "The object at the place shown does not mean anything without the key that the message names.";
    NL0006 TYPE_EXPRESSION: "a type expression cannot be read",
        "A type is written `[multi | indexed | array | type-value NAMES] BASE [enum | flags | bits NAMES]`, for instance `u32`, `multi nest linkinfo`, `u16 flags BRIDGE_FLAGS_*`, `ip by header.rtm_family` or `sub link-data by kind`. The place shown is the first word that does not fit. schemas/README.md has the whole grammar.";
    NL0007 MODES: "an operation's modes cannot be read",
        "Modes are the words `do` (a single request), `dump` and `event` (the kernel sends it on its own), at least one of them, and then perhaps `-> NAME`, the constant that the reply carries when it is not the request's.";
    NL0008 NO_SUCH_FILE: "no such schema",
        "A reference `file/name` loads the schema `file.yaml`. It must be among the schemas that ship with the tool or among those given to it.";
    NL0009 TOO_LARGE: "the file is too large or too deep",
        "Limits on size, depth and number of nodes (each use of an alias counts) keep hostile input from exhausting memory. No sensible schema comes near them.";
    NL0010 BAD_NUMBER: "not a number",
        "A number is decimal or `0x` hexadecimal, or the name of an integer constant of a header, or of a `const` definition of the file.";
    NL0011 FACTS: "the facts cannot be read",
        "The store of header facts is damaged or of another version of the tool; the message names file and line.";
    NL0012 HEADER: "a C header does not compile",
        "A header of one's own is read by libclang on its own, as C for user space, with the kernel's headers and stand-ins for those of a C library. Its facts would be guesses after an error, so there must be none. What it includes is searched for beside it, in the include directories given, and among the kernel's headers.";
    NL0013 UNIT: "no such unit",
        "`unit` says what an integer counts, so that tools can write it behind the number; it is one of a closed list of words. Where none of them fits, `doc` can say it.";
    NL0101 UNKNOWN_SET: "no such attribute set",
        "The name must be an attribute set of this file, or `file/name` one of another file. A bare name is always local.";
    NL0102 UNKNOWN_NAMES: "no such enum, flags or definition",
        "After `enum`, `flags` and `bits` stands, in this order of search: a definition of the file or `file/definition`, the tag of a C enum, `of CONSTANT` for the enum (or the run of macros) that holds a constant, or `PREFIX_*` for all constants of a prefix.";
    NL0103 UNKNOWN_STRUCT: "no such struct",
        "The name must be a `struct` definition of the file, `file/definition`, or the tag of a C struct that some header defines.";
    NL0104 UNKNOWN_TABLE: "no such sub-message",
        "The name after `sub` must be one of the `sub-messages` of this file, or `file/name` one of another file.";
    NL0105 UNKNOWN_CONSTANT: "no header defines this constant",
        "In the short form numbers come from headers, by C name: the set's `name-prefix` and the key in upper case, or `c-name`. If the constant exists under another name, write `c-name`; if no header has it, write `value` and say in `doc` which file does.";
    NL0106 EMPTY_PREFIX: "no constant has this prefix",
        "`PREFIX_*` stands for all constants of headers that begin with the prefix; here there is none.";
    NL0107 PREFIX_SPANS: "a prefix covers more than one enum",
        "`PREFIX_*` must mean one enum, or one header's run of macros: otherwise names of unrelated values would mix silently. Use `of CONSTANT`, the enum's tag, a longer prefix, or a definition with an entry list.";
    NL0108 DECLARED_TWICE relaxable: "a name is declared twice",
        "Definitions, attribute sets, sub-messages, operations, and the attributes of one set are each known by name, so a name may stand once among its kind. Lenient loading keeps the first one and warns.";
    NL0109 UNKNOWN_ATTRIBUTE: "no such attribute",
        "The set at this place has no attribute of this name.";
    NL0110 WRONG_KIND: "a definition of another kind",
        "The name is defined, but as something that cannot stand here: an enum where a struct is due, or a constant where names are.";
    NL0111 BAD_REFERENCE: "malformed reference",
        "A reference is a bare name or `file/name` with one slash.";
    NL0112 UNKNOWN_OPERATION: "no such operation",
        "`notify` names the operation whose reply is sent as a notification; the list has none of that name.";
    NL0201 NUMBER_TWICE: "a number stands twice in a set",
        "Two attributes of one set cannot have the same number, except `pad` and `unused` ones. Where C has two names for one number, write one of them.";
    NL0202 NUMBER_DIFFERS relaxable: "schema and headers disagree about a number or a name",
        "The schema gives a number, by `value` or by position in a sequence, or a family's name, and a header defines the constant with another one. Most often an entry is missing before it. Lenient loading takes the header's number and warns.";
    NL0203 LAYOUT_DIFFERS relaxable: "schema and headers disagree about a struct",
        "The members written in a sequence lie one after the other without padding; the C struct of that name has another size, members at other places, or members that share bytes. Lenient loading takes the header's layout and warns.";
    NL0204 OUT_OF_RANGE: "a number is out of range",
        "Attribute numbers are 0 to 16383 (two bits of the type field are flags), commands 0 to 255 for generic netlink and netfilter, message types 0 to 65535.";
    NL0205 SEVERAL_ENUMS: "a set's attributes come from several C enums",
        "A set is bound to the C enum that holds its constants, and coverage counts that enum's values. Attributes of several enums in one set usually mean a wrong prefix.";
    NL0206 TOO_WIDE relaxable: "a value does not fit the integer",
        "An entry of the enum is larger than the attribute's integer can hold, so the enum or the width is wrong. Lenient loading warns: such a value cannot occur.";
    NL0207 NO_ENTRIES: "an enum without entries",
        "The definition lists no entries and names no source of any.";
    NL0301 CYCLE: "a set derives from itself",
        "`subset-of` and `extends` build a set from another one; following them must come to an end. (Sets may nest in circles.)";
    NL0302 STRUCT_CYCLE: "a struct contains itself",
        "Following members of struct type must come to an end.";
    NL0303 UNION: "an arm that cannot be chosen",
        "`member: sub TABLE by OTHER` says that another integer member chooses the arm of a union. `member` is the union: a member of union type, a path such as `addr.u`, or `u`, `u2`… for the unions of a struct that C has no name for. The table's rows are `VALUE: arm NAME`, and such a table serves unions alone.";
    NL0304 ANNOTATION: "an annotation does not fit the member",
        "A member's C type fixes how many bytes it has; the annotation at this place needs another number, or another kind of member.";
    NL0305 UNKNOWN_MEMBER: "no such struct member",
        "The C struct has no member of this name in the newest headers.";
    NL0306 BAD_TYPE: "a type that cannot stand here",
        "The combination of cardinality, base and names has no meaning on the wire.";
    NL0401 NO_SELECTOR: "the selector is not found",
        "A selector is `header.MEMBER`, `request.MEMBER`, or an attribute: of the set itself, else of a set that encloses it. The message tells where was looked.";
    NL0402 SELECTOR_KIND: "the selector cannot select",
        "A selector must be a string or an integer, and all uses of a sub-message must agree about it.";
    NL0403 UNKNOWN_KEY_VALUE: "no such selector value",
        "Where the selector is an integer, keys of the sub-message are entries of its enum, C constants or numbers.";
    NL0404 KEY_COUNT: "wrong number of selector values",
        "Keys of a sub-message have one value per selector, with commas between.";
    NL0405 KEY_TWICE: "a selector value stands twice",
        "Two formats of a sub-message are chosen by the same value.";
    NL0501 PROTOCOL: "the protocol cannot be told",
        "`protocol` is `genetlink`, `genetlink-c`, `genetlink-legacy`, `netlink-raw` or `none`; `netlink-raw` needs `protonum` or `subsystem`, with a number or constant that headers know.";
    NL0502 MATCH: "a match that cannot be made",
        "`match` chooses among families that share a message type, by members of the fixed header with integer values.";
    NL0503 NLM_FLAG: "unknown message flag",
        "`nlm-flags` are the names of NLM_F_* constants in lower case: `create`, `excl`, `replace`, `append`, `root`, `match`, `atomic`, `echo`, `nonrec`, `bulk`.";
    NL0504 GROUP: "no such multicast group",
        "An event names a group that `mcast-groups` does not list.";
    NL0601 RUST_NAME: "two names become one in Rust",
        "Names that differ in C and in the schema fall together as Rust identifiers, for instance `a-b` and `a_b`. Rename one of them.";
    NL0602 RESERVED_NAME: "a name that generated code needs itself",
        "Accessors of a view stand next to `header`, `attrs` and the like, so an attribute cannot have their names.";
    NL0603 ALWAYS: "`always` does not fit",
        "`always` promises exactly one value in every message. A repeated attribute, a flag or a pad cannot promise that.";
    NL0604 CHECK: "a check does not fit the type",
        "`min`, `max` and `flags-mask` limit integers, the length checks limit strings and bytes.";
    NL0605 UNUSED: "declared but never used",
        "No operation and no other item leads to it, so nothing is generated for it. A file of shared items is used by others; there the note does not appear.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_found_by_id() {
        assert!(TABLE.windows(2).all(|w| w[0].code < w[1].code));
        for row in TABLE {
            assert_eq!(Code::from_id(row.code.id()), Some(row.code));
            assert_eq!(row.code.id().len(), 6, "{}", row.code.id());
        }
        for id in ["nl0002", "0002", "2", "NL2"] {
            assert_eq!(Code::from_id(id), Some(DUPLICATE_KEY));
        }
        assert_eq!(Code::from_id("9999"), None);
    }
}
