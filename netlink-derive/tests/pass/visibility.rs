//! What is derived is as visible as what it is derived from.

mod outer {
    pub mod inner {
        use netlink_runtime::prelude::*;

        #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
        pub struct Public {
            #[netlink(P_VALUE = 1)]
            pub value: Option<u32>,
        }

        #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
        pub(crate) struct Crate {
            #[netlink(C_VALUE = 1)]
            pub(crate) value: Option<u32>,
            #[netlink(C_PRIVATE = 2, nested)]
            private: Option<Private>,
        }

        #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
        pub(in crate::outer) struct Restricted {
            #[netlink(R_VALUE = 1)]
            value: Option<u32>,
        }

        #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
        struct Private {
            #[netlink(V_VALUE = 1, nested)]
            value: Option<Public>,
        }

        #[derive(Clone, Debug, PartialEq, NetlinkSub)]
        pub(super) enum Data {
            #[netlink(1)]
            Raw(u32),
            #[netlink(unknown)]
            Unknown(Vec<u8>),
        }

        pub(super) fn private() -> Option<u16> {
            Some(Private::VALUE.id()).filter(|_| Private::default().value.is_none())
        }

        pub(super) fn crate_is_private(value: &Crate) -> bool {
            value.private.is_none()
        }
    }

    pub fn all() -> bool {
        let restricted = inner::Restricted::VALUE.id();
        let forms: Option<inner::DataView<'static>> = None;
        let value = inner::Crate::default();
        restricted == 1 && forms.is_none() && inner::private() == Some(1) && inner::crate_is_private(&value)
    }
}

fn main() {
    use netlink_runtime::prelude::*;
    assert!(outer::all());
    let view = outer::inner::PublicView::parse(&[]).expect("nothing");
    assert_eq!(view.value().unwrap(), None);
    assert_eq!((outer::inner::Public::VALUE.id(), outer::inner::Crate::VALUE.id()), (1, 1));
    let _: Option<outer::inner::PublicBuilder<Vec<u8>>> = None;
}
