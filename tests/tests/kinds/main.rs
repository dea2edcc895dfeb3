//! Every kind of attribute works in every way.
#![forbid(unsafe_code)]

mod agree;
mod cases;
mod damage;
mod draw;
mod families;
mod fill;
mod lengths;
mod model;
mod properties;
mod rows;
mod schema;
mod sets;
mod table;
mod zoo;

/// What is generated from the schemas.
#[allow(dead_code, unreachable_pub)] // declarations, of which only some are used here
mod made {
    #[rustfmt::skip]
    pub(crate) mod kinds;
    #[rustfmt::skip]
    pub(crate) mod kinds_genl;
    #[rustfmt::skip]
    pub(crate) mod kinds_nf;
}
