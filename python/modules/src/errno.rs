//! table: `errno`, numbers of Linux.

use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::number;
use taipan_objects::{PyResult, Vm};

/// `errno`.
pub(crate) static ERRNO: ModuleDef = ModuleDef {
    name: "errno",
    functions: &[],
    init,
};

macro_rules! numbers {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}
static NUMBERS: &[(&str, i64)] = numbers! {
    E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EADV EAFNOSUPPORT EALREADY EBADE EBADF EBADFD EBADMSG EBADR EBADRQC EBADSLT EBFONT
    EBUSY ECANCELED ECHILD ECHRNG ECOMM ECONNABORTED ECONNREFUSED ECONNRESET EDESTADDRREQ EDOM EDOTDOT EDQUOT EEXIST EFAULT EFBIG
    EHOSTDOWN EHOSTUNREACH EHWPOISON EIDRM EILSEQ EINPROGRESS EINTR EINVAL EIO EISCONN EISDIR EISNAM EKEYEXPIRED EKEYREJECTED
    EKEYREVOKED EL2HLT EL2NSYNC EL3HLT EL3RST ELIBACC ELIBBAD ELIBEXEC ELIBMAX ELIBSCN ELNRNG ELOOP EMEDIUMTYPE EMFILE EMLINK
    EMSGSIZE EMULTIHOP ENAMETOOLONG ENAVAIL ENETDOWN ENETRESET ENETUNREACH ENFILE ENOANO ENOBUFS ENOCSI ENODATA ENODEV ENOENT
    ENOEXEC ENOKEY ENOLCK ENOLINK ENOMEDIUM ENOMEM ENOMSG ENONET ENOPKG ENOPROTOOPT ENOSPC ENOSR ENOSTR ENOSYS ENOTBLK ENOTCONN
    ENOTDIR ENOTEMPTY ENOTNAM ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENOTUNIQ ENXIO EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE
    EPROTO EPROTONOSUPPORT EPROTOTYPE ERANGE EREMCHG EREMOTE EREMOTEIO ERESTART ERFKILL EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE
    ESRCH ESRMNT ESTALE ESTRPIPE ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUCLEAN EUNATCH EUSERS EXDEV EXFULL
    EAGAIN EWOULDBLOCK EDEADLK EDEADLOCK EOPNOTSUPP
};

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let texts = vm.new_dict()?;
    for (name, value) in NUMBERS {
        let key = number::small(*value);
        let text = vm.intern(name)?;
        dict.set_name(vm, name, key)?;
        // Numbers with two names keep CPython's choice: the first, but the standard one of these pairs.
        if !matches!(*name, "EWOULDBLOCK" | "EDEADLOCK" | "EOPNOTSUPP")
            || texts.get(vm, key)?.is_none()
        {
            texts.set(vm, key, text)?;
        }
    }
    dict.set_name(vm, "errorcode", texts.value())
}
