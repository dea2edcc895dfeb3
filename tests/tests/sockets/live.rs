//! Tests that are written once for every kind of socket.

/// In a namespace of its own, with a socket of the kind in question.
macro_rules! live {
    ($name:ident, $body:expr) => {
        live!($name, socket::Socket::builder(), $body);
    };
    ($name:ident, $builder:expr, $body:expr) => {
        #[test]
        fn $name() {
            let path = concat!(module_path!(), "::", stringify!($name));
            if netlink_tests::in_namespace(path.split_once("::").expect("a crate").1) {
                netlink_tests::ip("link set lo up");
                run(async {
                    let mut socket = open($builder, Protocol::Route).expect("a socket");
                    ($body)(&mut socket).await;
                });
            }
        }
    };
}
