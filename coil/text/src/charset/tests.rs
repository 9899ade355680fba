//! The mappings, against digests of CPython 3.14's.

use super::Charset;

/// What follows from each byte above 0x7f, and for the larger character sets each such byte with what may come behind it.
fn digest(charset: Charset, wide: bool) -> u64 {
    let Charset::Legacy(legacy) = charset else {
        panic!("not of a table");
    };
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut feed = |bytes: &[u8]| {
        let mut add = |point: u32| hash = (hash ^ u64::from(point)).wrapping_mul(0x100_0000_01b3);
        match legacy.decode(bytes) {
            Ok(text) => text.chars().for_each(|c| add(u32::from(c))),
            Err(_) => add(u32::MAX),
        }
    };
    for a in 0x80..=0xff_u8 {
        feed(&[a]);
        if !wide {
            continue;
        }
        for b in 0x20..=0xff_u8 {
            feed(&[a, b]);
            if a == 0x8f && b > 0xa0 {
                (0xa1..0xff).for_each(|c| feed(&[a, b, c]));
            }
            if b.is_ascii_digit() && matches!(a, 0x81..=0x84 | 0x90 | 0xe3) {
                for c in 0x81..0xff {
                    feed(&[a, b, c, 0x30]);
                    feed(&[a, b, c, 0x37]);
                }
            }
        }
    }
    hash
}

#[rustfmt::skip]
const DIGESTS: &[(&str, u64)] = &[
    ("iso8859_2", 0x1fe3_5a76_8abe_df4e),
    ("iso8859_3", 0xbd19_df69_3e32_0d46),
    ("iso8859_4", 0x40f9_a75e_46c1_7d41),
    ("iso8859_5", 0xb1ec_712a_a17a_51c1),
    ("iso8859_6", 0xa6d5_2b3c_c909_4eb3),
    ("iso8859_7", 0x97af_d8d8_8b89_01c5),
    ("iso8859_8", 0xb789_7c7a_a3d9_2c4c),
    ("iso8859_9", 0xdc58_3119_9f92_15ca),
    ("iso8859_10", 0x586c_45b5_8997_516e),
    ("iso8859_11", 0x162f_a94e_0068_d6f1),
    ("iso8859_13", 0x99c1_e41f_17f1_140c),
    ("iso8859_14", 0x971d_a2c2_fa53_0684),
    ("iso8859_15", 0x036b_5261_7878_4987),
    ("iso8859_16", 0xcff2_a0b6_5412_10eb),
    ("tis_620", 0xeb53_d063_ae71_f9f6),
    ("cp866", 0xe80a_00cc_88b8_82bd),
    ("cp874", 0xc193_64b1_c28f_586b),
    ("cp1250", 0x34bb_16ab_c953_cb74),
    ("cp1251", 0x22b9_1c3f_814f_b12a),
    ("cp1252", 0x17ff_0fa2_13f6_0f66),
    ("cp1253", 0xcabb_1231_6cf6_1638),
    ("cp1254", 0x3dd0_d855_b92d_419a),
    ("cp1255", 0xf35c_e5cd_7a56_b84f),
    ("cp1256", 0x9db2_4ae2_cec2_23e0),
    ("cp1257", 0x8498_5ffa_c0f2_5645),
    ("cp1258", 0xed43_00d6_c47f_33d7),
    ("koi8_r", 0x90a9_7fc4_a62a_f069),
    ("koi8_u", 0x8e99_e47a_8f85_395a),
    ("mac_roman", 0xfcf2_f2b7_35bc_ffe8),
    ("mac_cyrillic", 0x5899_7254_5f2f_6e02),
    ("shift_jis", 0xd660_c98b_0c99_3303),
    ("cp932", 0x3924_261d_7ee9_d95c),
    ("euc_jp", 0x4e6e_1954_a89f_75ce),
    ("euc_kr", 0xf8f8_3e97_ef75_3fa9),
    ("cp949", 0xbaca_9618_bf52_1afa),
    ("gbk", 0xb4c8_cc75_ca90_f4f0),
    ("gb2312", 0xa7ae_5e2f_4334_e66c),
    ("gb18030", 0x9993_6628_6d68_9078),
    ("big5", 0xb8b8_3ecf_c5a0_1c2f),
    ("cp950", 0x883c_50b2_985b_7f8c),
];

#[test]
fn mappings_are_those_of_cpython() {
    let wide = [
        "shift_jis",
        "cp932",
        "euc_jp",
        "euc_kr",
        "cp949",
        "gbk",
        "gb2312",
        "gb18030",
        "big5",
        "cp950",
    ];
    // The rows 0xc6 to 0xc8 are left out of these.
    let partial = ["big5", "cp950"];
    for (name, expected) in DIGESTS {
        let charset = Charset::find(name).expect("in the table");
        let found = digest(charset, wide.contains(name));
        assert_eq!(found == *expected, !partial.contains(name), "{name}");
    }
    assert_eq!(DIGESTS.len(), super::LEGACY.len());
}

#[test]
fn names_are_compared_without_case_and_punctuation() {
    for name in ["ISO-8859-9", "latin5", "iso8859 9", "L5"] {
        let found = Charset::find(name);
        assert!(matches!(found, Some(Charset::Legacy(set)) if set.name == "iso8859_9"));
    }
    assert!(Charset::find("cp437").is_none());
}

#[test]
fn the_first_wrong_byte_is_told() {
    fn wrong(name: &str, bytes: &[u8]) -> Option<(usize, &'static str)> {
        let Some(Charset::Legacy(set)) = Charset::find(name) else {
            panic!("in the table");
        };
        set.decode(bytes)
            .err()
            .map(|wrong| (wrong.at, wrong.reason))
    }
    assert_eq!(
        wrong("cp1252", b"ab\x81"),
        Some((2, "character maps to <undefined>"))
    );
    assert_eq!(
        wrong("gbk", b"a\xff!"),
        Some((1, "illegal multibyte sequence"))
    );
    assert_eq!(
        wrong("gbk", b"a\x81"),
        Some((1, "incomplete multibyte sequence"))
    );
}
