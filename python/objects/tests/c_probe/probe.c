/* What a C extension compiled against CPython 3.14 does without calling a function: fields at fixed offsets, counts
 * changed in place, slots written. Nothing here knows of Coil; the structs are the facts about 3.14's layouts
 * (structs_314.csv), as few fields as are read. Fields of Coil's own (bytes 4 to 7 of the head) are padding to C. */

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t refcnt; /* the 32 bits that 3.12 and later change */
    uint16_t overflow;
    uint16_t flags;
    struct type *type;
} object;

typedef struct {
    object head;
    int64_t size;
} var_object;

typedef struct type {
    var_object head;
    char unread[144];
    uint64_t flags; /* the kinds of builtin types have a bit each */
} type;

typedef struct {
    object head;
    uint64_t tag; /* sign in bits 0 and 1 (0 above zero, 1 zero, 2 below), number of digits from bit 3 */
    uint32_t digits[1];
} int_object;

typedef struct {
    object head;
    double value;
} float_object;

typedef struct {
    var_object head;
    int64_t hash;
    char bytes[1];
} bytes_object;

typedef struct {
    var_object head;
    int64_t hash;
    object *items[1];
} tuple_object;

typedef struct {
    var_object head;
    object **items;
    int64_t allocated;
} list_object;

typedef struct {
    object head;
    int64_t length;
    int64_t hash;
    struct {
        unsigned int interned : 2;
        unsigned int kind : 3;
        unsigned int compact : 1;
        unsigned int ascii : 1;
        unsigned int static_storage : 1;
        unsigned int : 24;
    } state;
    uint32_t unread;
} ascii_object;

typedef struct {
    ascii_object head;
    int64_t utf8_length;
    char *utf8;
} compact_object;

/* What structs_314.csv says of these structs, as assertions that the test writes. */
#include LAYOUTS

/* ---- reference counts, changed in place. Both "drop" functions say whether the count reached zero, which is where an
 * extension would call the deallocator. */

/* As 3.14's headers have it: 32 bits, not changed from 3 << 30 on. */
void take_32(object *o) {
    uint32_t count = o->refcnt;
    if (count < UINT32_C(3) << 30)
        o->refcnt = count + 1;
}

/* As 3.12 to 3.14 have it: not changed while the 32 bits are negative. */
int drop_32(object *o) {
    if ((int32_t)o->refcnt < 0)
        return 0;
    return --o->refcnt == 0;
}

/* As wheels for the stable ABI of 3.2 to 3.11 have it: the first eight bytes are one number. */
typedef struct {
    int64_t refcnt;
    struct type *type;
} old_object;

void take_64(object *o) { ++((old_object *)o)->refcnt; }

int drop_64(object *o) { return --((old_object *)o)->refcnt == 0; }

uint32_t count_of(const object *o) { return o->refcnt; }

/* ---- kinds */

const type *type_of(const object *o) { return o->type; }

/* The number of the bit that the type's flags have for this kind of builtin type. */
int is_kind(const object *o, int bit) { return o->type->flags >> bit & 1; }

/* ---- bodies */

/* The digits of an int, lowest first, up to `room`; the result is their number, negated for a number below zero. */
int64_t read_int(const object *o, uint32_t *digits, int64_t room) {
    const int_object *number = (const int_object *)o;
    int64_t count = (int64_t)(number->tag >> 3);
    for (int64_t at = 0; at < count && at < room; at++)
        digits[at] = number->digits[at];
    switch (number->tag & 3) {
    case 0: return count;
    case 1: return 0;
    default: return -count;
    }
}

double read_float(const object *o) { return ((const float_object *)o)->value; }

const char *read_bytes(const object *o, int64_t *size) {
    *size = ((const var_object *)o)->size;
    return ((const bytes_object *)o)->bytes;
}

static const void *text_data(const object *o) {
    const ascii_object *text = (const ascii_object *)o;
    return text->state.ascii ? (const void *)(text + 1) : (const void *)((const compact_object *)o + 1);
}

/* Bytes a character takes; 0 if the string is not of the compact form. */
int text_kind(const object *o) {
    const ascii_object *text = (const ascii_object *)o;
    return text->state.compact ? (int)text->state.kind : 0;
}

int text_is_ascii(const object *o) { return ((const ascii_object *)o)->state.ascii; }

int64_t text_length(const object *o) { return ((const ascii_object *)o)->length; }

/* A character; the one behind the last is the terminator. */
uint32_t text_at(const object *o, int64_t at) {
    switch (text_kind(o)) {
    case 1: return ((const uint8_t *)text_data(o))[at];
    case 2: return ((const uint16_t *)text_data(o))[at];
    default: return ((const uint32_t *)text_data(o))[at];
    }
}

int64_t size_of(const object *o) { return ((const var_object *)o)->size; }

object *tuple_item(const object *o, int64_t at) { return ((const tuple_object *)o)->items[at]; }

object *list_item(const object *o, int64_t at) { return ((const list_object *)o)->items[at]; }

int64_t list_room(const object *o) { return ((const list_object *)o)->allocated; }

/* ---- changes */

/* Puts an item into a list, as the macro does: the list takes over the caller's reference, and the old item's is dropped. */
void set_list_item(object *o, int64_t at, object *item) {
    object **slot = &((list_object *)o)->items[at];
    object *old = *slot;
    *slot = item;
    (void)drop_32(old);
}

/* Appends within the room there is, as inlined appending does. */
int append_within_room(object *o, object *item) {
    list_object *list = (list_object *)o;
    int64_t size = list->head.size;
    if (size >= list->allocated)
        return 0;
    take_32(item);
    list->items[size] = item;
    list->head.size = size + 1;
    return 1;
}

/* Sums a list of tuples of one int and one float each, holding plain pointers while `pause` is called between any two
 * of them: what a loop of an extension that calls back does. */
double sum_with_pauses(object *o, void (*pause)(void *), void *argument) {
    double sum = 0;
    take_32(o);
    for (int64_t at = 0; at < size_of(o); at++) {
        object *row = list_item(o, at);
        take_64(row);
        object *number = tuple_item(row, 0), *fraction = tuple_item(row, 1);
        pause(argument);
        uint32_t digit = 0;
        int64_t count = read_int(number, &digit, 1);
        pause(argument);
        sum += (count < 0 ? -(double)digit : (double)digit) + read_float(fraction);
        (void)drop_64(row);
    }
    (void)drop_32(o);
    return sum;
}
