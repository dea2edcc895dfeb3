//! The model: every family with all references resolved, ready to be checked and emitted.
//!
//! Pure data: no I/O, no YAML, no clang. Lowering makes a [`Model`] from schemas and facts,
//! checking turns it into a [`Checked`](crate::check::Checked) one, and only that reaches a
//! back end. Items of all loaded files live in arenas and refer to each other by id, so sets
//! may nest in circles and files may refer to each other freely.
//!
//! A *set* here is what one Rust type becomes: attributes together with the fixed header that
//! stands before them, if any. A schema's attribute set that is used with two different
//! headers lowers to two sets.

pub mod names;
mod refs;
mod types;
mod version;

pub use refs::Item;
pub use types::*;
pub use version::UnknownKernel;

use std::ops::{Index, IndexMut};

macro_rules! arena {
    ($($(#[$doc:meta])* $id:ident, $add:ident, $field:ident: $item:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $id(pub u32);

        impl Index<$id> for Model {
            type Output = $item;
            fn index(&self, id: $id) -> &$item {
                &self.$field[id.0 as usize]
            }
        }

        impl IndexMut<$id> for Model {
            fn index_mut(&mut self, id: $id) -> &mut $item {
                &mut self.$field[id.0 as usize]
            }
        }

        impl Model {
            /// Adds an item and returns its id.
            pub fn $add(&mut self, item: $item) -> $id {
                self.$field.push(item);
                $id(self.$field.len() as u32 - 1)
            }
        }
    )*};
}

arena! {
    /// A [`Family`] in [`Model::families`].
    FamilyId, add_family, families: Family;
    /// A [`Set`] in [`Model::sets`].
    SetId, add_set, sets: Set;
    /// An [`Enum`] in [`Model::enums`].
    EnumId, add_enum, enums: Enum;
    /// A [`Struct`] in [`Model::structs`].
    StructId, add_struct, structs: Struct;
    /// A [`Sub`] in [`Model::subs`].
    SubId, add_sub, subs: Sub;
}

/// All loaded families and their items.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Releases of the kernels in the facts store, oldest first; [`Lifetime`] indexes it.
    pub kernels: Vec<String>,
    /// One per schema file.
    pub families: Vec<Family>,
    /// Families that the kernel lacks which the model was cut down to: all their operations.
    pub lacking: Vec<FamilyId>,
    /// Attribute sets.
    pub sets: Vec<Set>,
    /// Enums and flags.
    pub enums: Vec<Enum>,
    /// C structs.
    pub structs: Vec<Struct>,
    /// Sub-message tables.
    pub subs: Vec<Sub>,
}

impl Model {
    /// The family of this name.
    pub fn family(&self, name: &str) -> Option<FamilyId> {
        self.families.iter().position(|f| f.name == name).map(|ix| FamilyId(ix as u32))
    }
}
