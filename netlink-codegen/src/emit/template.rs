//! The templates, compiled in.

use super::EmitError;
use serde::Serialize;
use tera::{Context, Tera};

const TEMPLATES: &[(&str, &str)] = &[
    ("family", include_str!("templates/family.tera")),
    ("lib", include_str!("templates/lib.tera")),
    ("features", include_str!("templates/features.tera")),
];

/// Renders a template from a row.
pub(super) fn render(name: &str, row: &impl Serialize) -> Result<String, EmitError> {
    let broken = |error: tera::Error| EmitError::Broken(error.to_string());
    let mut tera = Tera::default();
    // Rust, not HTML.
    tera.autoescape_on(Vec::<&'static str>::new());
    tera.add_raw_templates(TEMPLATES.iter().copied()).map_err(broken)?;
    tera.render(name, &Context::from_serialize(row).map_err(broken)?).map_err(broken)
}
