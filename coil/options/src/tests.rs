//! Tests of the option tables.

use crate::{Destination, DumpKind, OptionError, Options, Section, help};

fn parsed(texts: &[&str]) -> Result<Options, OptionError> {
    let mut options = Options::default();
    for text in texts {
        options.set(text)?;
    }
    Ok(options)
}

#[test]
fn words_and_numbers_set_fields() {
    let options = parsed(&[
        "jit=threshold:7,cranelift",
        "gc=stress:1,nursery:64k,verify",
    ])
    .expect("valid");
    assert_eq!(options.jit.threshold, 7);
    assert!(options.jit.cranelift);
    assert_eq!(options.gc.stress, 1);
    assert_eq!(options.gc.nursery, 64 << 10);
    assert!(options.gc.verify && !options.gc.poison);
}

#[test]
fn the_last_of_on_and_off_wins() {
    assert!(parsed(&["jit=off"]).expect("valid").jit.off);
    assert!(!parsed(&["jit=off", "jit=on"]).expect("valid").jit.off);
    assert!(parsed(&["jit=on,off"]).expect("valid").jit.off);
}

#[test]
fn sections_match_by_prefix() {
    let options = parsed(&["log=gc,jit-ab", "dump=ir:-"]).expect("valid");
    assert!(options.log.on(Section::GcMinor) && options.log.on(Section::GcMajor));
    assert!(options.log.on(Section::JitAbort) && !options.log.on(Section::JitRecord));
    assert!(options.dump.on(DumpKind::Ir) && !options.dump.on(DumpKind::IrOpt));
}

#[test]
fn statistics_go_where_they_are_sent() {
    assert_eq!(
        parsed(&["stats"]).expect("valid").stats,
        Destination::Stderr
    );
    let path = Destination::Path("/x/y".to_owned());
    assert_eq!(parsed(&["stats=/x/y"]).expect("valid").stats, path);
    assert!(!parsed(&["stats=0"]).expect("valid").stats.wanted());
}

#[test]
fn mistakes_are_named() {
    let text = |words: &str| parsed(&[words]).expect_err("a mistake").to_string();
    assert!(text("jit=treshold:5").contains("unknown word 'treshold' in jit"));
    assert!(text("jit=threshold").contains("needs a number"));
    assert!(text("jit=threshold:-1").contains("needs a number"));
    assert!(text("gc=poison:3").contains("takes no number"));
    assert!(text("gc=nursery:99999999999g").contains("address space"));
    assert!(text("gcc=1").contains("unknown option group 'gcc'"));
    assert!(text("log=nonsense").contains("jit-record"));
    assert!(text("log=jit:/nonexistent/file").contains("cannot open"));
}

#[test]
fn help_lists_every_word() {
    let help = help();
    for word in crate::JitOptions::WORDS
        .iter()
        .chain(crate::GcOptions::WORDS)
    {
        assert!(help.contains(word), "{word}");
    }
    assert!(help.contains("jit-abort") && help.contains("ir-opt"));
}
