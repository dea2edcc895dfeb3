//! Rules over the model. Only what passes them reaches a back end.

use crate::ir::Model;

/// A model that passed every rule. Only [`check`](self) makes one.
#[derive(Clone, Debug)]
pub struct Checked(Model);

impl std::ops::Deref for Checked {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.0
    }
}
