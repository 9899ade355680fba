//! The object protocols as native code uses them, by concept; made visible here under one name.
//! The interpreter's handlers have fast paths of their own for what hot programs do; both end here for the rest.

mod arithmetic;
mod attribute;
mod call;
mod class;
mod compare;
mod item;
mod iterate;
mod text;

pub use arithmetic::{
    binary, binary_right, converted_f64, in_place, index, index_clamped, index_i64, to_f64, unary,
};
pub use attribute::{
    attribute_error, get_attr, get_attr_named, get_attr_opt, no_attribute, object_find_attr,
    object_get_attr, object_set_attr, set_attr,
};
pub use call::{
    NATIVE_LIMIT, call, call_args, call_keywords, call_method, call_prepended, call_special,
    check_descriptor_self, is_callable, special,
};
pub use class::{is_instance, is_subclass, module_dict, real_instance, real_subclass};
pub use compare::{compare, compare_right, compare_truth, equal, hash, identity_hash, is, truth};
pub use item::{contains, get_item, len, set_item};
pub use iterate::{for_each, iter, next, to_list, to_tuple};
pub use text::{
    format, object_id, object_repr, repr, repr_text, str, str_text, type_name, type_qualname,
};
