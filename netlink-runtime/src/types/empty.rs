//! Without `alloc`: the names of types that own memory.
//!
//! A message's struct is its schema as well as its owned form. Without an allocator the owned form
//! cannot be, but views, projections, collectors and builders can; so that the same definitions
//! serve, the types that would own memory are here by name and hold nothing.

use core::fmt;
use core::marker::PhantomData;

macro_rules! empty {
    ($($(#[$doc:meta])* $name:ident $(<$t:ident>)?;)*) => {$(
        $(#[$doc])*
        ///
        /// Without the feature `alloc` it holds nothing.
        pub struct $name $(<$t>)? (PhantomData<($(fn() -> $t,)?)>);

        impl $(<$t>)? Clone for $name $(<$t>)? {
            fn clone(&self) -> Self {
                Self::default()
            }
        }

        impl $(<$t>)? Default for $name $(<$t>)? {
            fn default() -> Self {
                $name(PhantomData)
            }
        }

        impl $(<$t>)? PartialEq for $name $(<$t>)? {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }

        impl $(<$t>)? Eq for $name $(<$t>)? {}

        impl $(<$t>)? fmt::Debug for $name $(<$t>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )*};
}

empty! {
    /// A list.
    Vec<T>;
    /// A value behind a pointer.
    Box<T>;
    /// UTF-8 text.
    String;
    /// Text as the kernel sent it.
    NlString;
    /// An MPLS label stack.
    LabelStack;
    /// A C struct and the elements after it.
    Flex<T>;
    /// What an owned set keeps besides its fields.
    Rest;
}
