//! The codes of all diagnostics: each message ends with one, `… [NLD014]`, so that it can be
//! searched for. This is the one table; `tests/ui` has a failing example of each row.
//!
//! Numbers are stable: a diagnostic that goes leaves its number unused. What follows from the traits
//! of netlink-runtime has rustc's own codes.

/// A diagnostic's code. Made by the table alone.
#[derive(Clone, Copy)]
pub(crate) struct Code(&'static str);

impl Code {
    /// A message of this code.
    pub(crate) fn says(self, text: impl std::fmt::Display) -> String {
        format!("{text} [{}]", self.0)
    }
}

/// Whether a message has its code already.
pub(crate) fn is_coded(message: &str) -> bool {
    message.rsplit_once(" [NLD").is_some_and(|(_, end)| end.len() == 4 && end.ends_with(']'))
}

macro_rules! codes {
    ($($id:ident $name:ident: $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $name: Code = Code(stringify!($id));
        )*

        /// Every code with its name and its meaning, by number.
        #[cfg(test)]
        pub(crate) const TABLE: &[(&str, &str, &str)] =
            &[$((stringify!($id), stringify!($name), $meaning)),*];
    };
}

codes! {
    // What all items have in common.
    NLD001 SYNTAX: "the tokens cannot be read: rustc's or syn's own words say what was expected";
    NLD002 ITEM: "the macro stands on an item of another kind";
    NLD003 GENERICS: "the item has parameters";
    NLD004 CRATE_PATH: "`crate = …` is no path";
    NLD005 UNKNOWN_KEYWORD: "there is no such keyword";
    NLD006 MISPLACED: "a keyword or value that this place does not take";
    NLD007 ARGUMENTS: "the arguments of a keyword have another form";
    NLD008 TWICE: "something is said twice";
    NLD009 EXCLUSIVE: "two keywords exclude each other";

    // Attribute sets: numbers and names.
    NLD010 NO_NUMBER: "a field does not say which attribute it is";
    NLD011 NO_C_NAME: "a number without the C name";
    NLD012 NOT_A_NUMBER: "what stands for a number is none";
    NLD013 NUMBER_RANGE: "a number does not fit its place";
    NLD014 NUMBER_TAKEN: "two attributes of a set have the same number";
    NLD015 NO_ATTRIBUTE: "the fixed header or `rest` has what attributes have";
    NLD016 ONE_ONLY: "a field or variant of which there can be one stands twice";
    NLD017 NAME_TAKEN: "a field's name clashes with what is derived from another";

    // Types.
    NLD020 WIRE_TYPE: "nothing says what a field is on the wire";
    NLD021 MEMBER_TYPE: "nothing says what a member is in C";
    NLD022 FIELD_TYPE: "a keyword goes with another type";
    NLD023 BYTE_ORDER: "a byte order for what has none";
    NLD024 INTEGERS_DIFFER: "the integer on the wire is not the field's";
    NLD025 FIXED_SIZE: "a keyword of attributes on a struct's member, whose size is fixed";
    NLD026 BOUNDS: "bounds of the length where the length is fixed, or that nothing can meet";
    NLD027 LEVELS: "`type_value` without levels";

    // Selectors.
    NLD030 SELECTOR_PLACE: "a selector's place cannot be read";
    NLD031 SELECTOR_COUNT: "no selector, or more than there can be";
    NLD032 NO_SUCH_FIELD: "the set has no field of the name";
    NLD033 NO_HEADER: "the set has no fixed header";
    NLD034 SELECTED: "a selected payload with a keyword that says another form";
    NLD035 NO_SELECTOR: "a field that cannot select a form";

    // C structs.
    NLD040 NO_SIZE: "a struct or union does not say its size";
    NLD041 NO_OFFSET: "a member does not say its offset";
    NLD042 LENGTH_MEMBER: "`length` names no member that could hold one";
    NLD043 BEYOND_SIZE: "a member lies beyond its struct's or union's size";
    NLD044 NO_MEMBER: "`by` names no member of the struct";
    NLD045 DECIDES: "`by` names a member that cannot decide";

    // Sub-messages.
    NLD050 NO_KEY: "a form does not say its selector's value";
    NLD051 KEY_TAKEN: "two forms have the same key";
    NLD052 PAYLOAD: "a form or an arm does not hold exactly its payload";
    NLD053 NO_UNKNOWN: "no variant takes unknown forms";

    // Operations.
    NLD060 CHANNEL: "an operation does not say what it is spoken on";
    NLD061 BOTH_CHANNELS: "an operation is raw and generic at once";
    NLD062 RAW_VERSION: "a version of a raw protocol";
    NLD063 NO_REQUEST: "an operation that can be asked for has no request";
    NLD064 UNKNOWN_FLAG: "there is no such `NLM_F_*` word";

    // Enums and flags.
    NLD070 INTEGER: "an enum is no integer of 8 to 64 bits";
    NLD071 ENTRY_VALUE: "an entry does not say its value, or an arm has one";
    NLD072 ENTRY_FIELDS: "an entry holds fields";

    // Projections.
    NLD080 OF: "`of` names no set";
    NLD081 LIFETIMES: "a projection has several lifetimes";
    NLD082 NO_PATH: "a field of a projection does not name an attribute";
    NLD083 HEADER_PATH: "a path leads through the fixed header";
}

#[cfg(test)]
mod tests {
    use super::{SYNTAX, TABLE, is_coded};

    #[test]
    fn numbers_and_names_are_used_once() {
        assert!(TABLE.windows(2).all(|two| two[0].0 < two[1].0), "in order, none twice");
        for (ix, (id, name, meaning)) in TABLE.iter().enumerate() {
            assert!(TABLE[..ix].iter().all(|(_, n, m)| n != name && m != meaning), "{id} {name}");
        }
    }

    #[test]
    fn messages_show_their_code() {
        assert_eq!(SYNTAX.says("expected `,`"), "expected `,` [NLD001]");
        assert!(is_coded(&SYNTAX.says("expected `,`")));
        assert!(!is_coded("expected `[NLD001]`") && !is_coded("[NLD001]"));
    }
}
