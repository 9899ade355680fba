//! `_sha2`: the hash functions SHA-224 to SHA-512 of crate sha2. Objects are rows of one field: a bytearray with the state, as the crate writes it.

use coil_value::Value;
use sha2::digest::common::hazmat::SerializableState;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use taipan_objects::bytes::{ByteArray, bytes_like};
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, StaticType, SubLayout, flag, types};
use taipan_objects::{PyResult, Vm, natives, number};

/// `_sha2`.
pub(crate) static SHA2: ModuleDef = ModuleDef {
    name: "_sha2",
    functions: FUNCTIONS,
    init: |vm, dict| {
        for row in TYPES {
            let ty = vm.ready_module_type(row)?;
            dict.set_name(vm, row.name, ty.value())?;
        }
        dict.set_name(vm, "_GIL_MINSIZE", number::small(2048))
    },
};

/// A hash function on the state of an object.
trait Hash: Digest + SerializableState + Clone + 'static {
    /// The class of its objects.
    const CLASS: &'static StaticType;
    /// Its name.
    const NAME: &'static str;
    /// Bytes that it takes at once.
    const BLOCK: i64;

    /// Reads the state; guest memory is not in use afterwards.
    fn of(this: Value) -> Self {
        let state = state(this).data().try_into();
        let state = state.expect("states keep their size");
        Self::deserialize(state).expect("states are written by this file only")
    }

    /// A new object in this state.
    fn object(&self, vm: &mut Vm) -> PyResult {
        let state = vm.new_bytearray(&self.serialize())?;
        vm.new_fields(Self::CLASS.ty(), &[Some(state.value())])
    }
}

/// Where an object keeps its state.
fn state(this: Value) -> ByteArray {
    let state = Vm::field(mem::expect_ref(this), 0).and_then(ByteArray::of);
    state.expect("hash objects hold their state")
}

/// Takes in an argument's bytes.
fn feed<H: Hash>(vm: &mut Vm, hash: &mut H, data: Value) -> PyResult<()> {
    if Str::of(data).is_some() {
        return Err(vm.raise_type("Strings must be encoded before hashing"));
    }
    match bytes_like(data) {
        Some(data) => Digest::update(hash, data),
        None => return Err(vm.raise_type("object supporting the buffer API required")),
    }
    Ok(())
}

fn new<H: Hash>(vm: &mut Vm, args: Args) -> PyResult {
    let string = args.get(2).filter(|string| *string != ty::none());
    if args.get(0).is_some() && string.is_some() {
        return Err(vm.raise_type(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        ));
    }
    let mut hash = H::new();
    if let Some(data) = args.get(0).or(string) {
        feed(vm, &mut hash, data)?;
    }
    hash.object(vm)
}

fn update<H: Hash>(vm: &mut Vm, args: Args) -> PyResult {
    let mut hash = H::of(args.at(0));
    feed(vm, &mut hash, args.at(1))?;
    let state = state(args.at(0));
    state.data_mut().copy_from_slice(&hash.serialize());
    Ok(ty::none())
}

fn digest<H: Hash>(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_bytes(&H::of(args.at(0)).finalize())
}

fn hexdigest<H: Hash>(vm: &mut Vm, args: Args) -> PyResult {
    let digest = H::of(args.at(0)).finalize();
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    let text: String = digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    vm.new_ascii(text.as_bytes())
}

fn copy<H: Hash>(vm: &mut Vm, args: Args) -> PyResult {
    H::of(args.at(0)).object(vm)
}

macro_rules! hashes {
    ($($function:literal $class:literal $hash:ident $block:literal $module:ident;)*) => {
        $(
            mod $module {
                use super::*;

                static CLASS: StaticType = StaticType::new();
                impl Hash for $hash {
                    const CLASS: &'static StaticType = &CLASS;
                    const NAME: &'static str = $function;
                    const BLOCK: i64 = $block;
                }
                natives! {
                    static METHODS = {
                        "copy" method NoArgs, "($self, /)" => copy::<$hash>;
                        "digest" method NoArgs, "($self, /)" => digest::<$hash>;
                        "hexdigest" method NoArgs, "($self, /)" => hexdigest::<$hash>;
                        "update" method One, "($self, obj, /)" => update::<$hash>;
                    }
                }
                static GETSET: &[GetSetDef] = &[
                    GetSetDef {
                        name: "block_size",
                        get: |_, _| Ok(number::small(<$hash as Hash>::BLOCK)),
                        set: None,
                    },
                    GetSetDef {
                        name: "name",
                        get: |vm, _| vm.new_str(<$hash as Hash>::NAME),
                        set: None,
                    },
                    GetSetDef {
                        name: "digest_size",
                        get: |_, _| Ok(number::size(<$hash as Digest>::output_size())),
                        set: None,
                    },
                ];
                pub(super) static TYPE: ModuleType = ModuleType {
                    def: &TypeDef {
                        ty: &CLASS,
                        slots: |_| {},
                        methods: METHODS,
                        getset: GETSET,
                        doc: "",
                        module: "_sha2",
                    },
                    name: $class,
                    base: &types::OBJECT,
                    layout: layout::FIELDS,
                    sub_layout: SubLayout::None,
                    flags: flag::NO_NEW,
                    has_dict: false,
                };
            }
        )*
        static TYPES: &[&ModuleType] = &[$(&$module::TYPE),*];
        natives! {
            static FUNCTIONS = {
                $($function function Signature(0), "(data=b'', *, usedforsecurity=True, string=None)" => new::<$hash>;)*
            }
        }
    };
}
hashes! {
    "sha224" "SHA224Type" Sha224 64 sha224;
    "sha256" "SHA256Type" Sha256 64 sha256;
    "sha384" "SHA384Type" Sha384 128 sha384;
    "sha512" "SHA512Type" Sha512 128 sha512;
}
