//! The schemas that ship with the tool, each loaded with what it refers to when something asks for it:
//! most commands are about one or two families, and all of them take a while.

use super::meta::Registry;
use crate::Loader;
use crate::headers::facts::Store;
use crate::headers::store;
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

static REGISTRIES: LazyLock<HashMap<&'static str, OnceLock<&'static Registry>>> =
    LazyLock::new(|| netlink_schemas::SCHEMAS.iter().map(|(name, _)| (*name, OnceLock::new())).collect());

static FACTS: LazyLock<Store> =
    LazyLock::new(|| store::shipped().expect("the shipped facts are well-formed: a test reads them"));

/// The facts that ship with the tool, read once.
pub fn facts() -> &'static Store {
    &FACTS
}

/// The model that a schema makes together with those that it refers to.
///
/// # Panics
///
/// Where no schema of that name is shipped.
pub fn registry(schema: &str) -> &'static Registry {
    REGISTRIES[schema].get_or_init(|| {
        let loaded = Loader::new().family(schema).load_with(facts);
        Registry::new(loaded.unwrap_or_else(|errors| panic!("a shipped schema, which tests load: {errors}")))
    })
}

/// The schema of a family: by its own name, or the one that the kernel registers.
pub fn family(name: &str) -> Option<&'static str> {
    let own = REGISTRIES.get_key_value(name).map(|(schema, _)| *schema);
    let registered = || netlink_schemas::GENERIC.iter().find(|(_, family)| *family == name);
    own.or_else(|| registered().map(|(schema, _)| *schema))
}
