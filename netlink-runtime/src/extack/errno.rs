//! Names of error numbers.

/// The name of an error number: `EINVAL` for 22. `None` for a number that has none, and in
/// builds without `std` or not for Linux.
pub fn errno_name(errno: i32) -> Option<&'static str> {
    // Internal to the kernel, and yet seen by users: no C library has a name for it.
    const ENOTSUPP: i32 = 524;
    if errno == ENOTSUPP {
        return Some("ENOTSUPP");
    }
    of_machine(errno)
}

#[cfg(not(all(feature = "std", any(target_os = "linux", target_os = "android"))))]
fn of_machine(_: i32) -> Option<&'static str> {
    None
}

// From libc: above 34 the numbers depend on the architecture.
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
fn of_machine(errno: i32) -> Option<&'static str> {
    macro_rules! names {
        ($($name:ident)*) => {
            match errno {
                $(libc::$name => Some(stringify!($name)),)*
                _ => None,
            }
        };
    }
    names! {
        EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT
        ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG
        ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY
        ELOOP ENOMSG EIDRM ENODATA ETIME ENOSR ENOLINK EPROTO EMULTIHOP EBADMSG EOVERFLOW ENOTUNIQ
        EBADFD EILSEQ ERESTART EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT
        ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN
        ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN
        ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE
        EDQUOT ENOMEDIUM ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD
        ENOTRECOVERABLE ERFKILL EHWPOISON
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::errno_name;

    #[test]
    fn names() {
        assert_eq!(errno_name(22), Some("EINVAL"));
        assert_eq!(errno_name(libc::EOPNOTSUPP), Some("EOPNOTSUPP"));
        assert_eq!(errno_name(524), Some("ENOTSUPP"));
        assert_eq!(errno_name(0), None);
        assert_eq!(errno_name(-1), None);
    }
}
