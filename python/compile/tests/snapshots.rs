//! The bytecode of small programs. `TAIPAN_BLESS=1` writes what there is now; read the difference before committing it.

use std::path::Path;
use taipan_compile::{Mode, Options, compile};

#[test]
fn bytecode_is_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dis");
    let bless = std::env::var_os("TAIPAN_BLESS").is_some();
    let mut count = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder)
        .expect("the folder exists")
        .flatten()
    {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        count += 1;
        let source = std::fs::read(&path).expect("listed");
        let code = compile(&source, "t.py", Options::new(Mode::Exec)).expect("compiles");
        taipan_bytecode::verify(&code).expect("keeps the rules");
        let bytes = taipan_bytecode::dump(&code);
        assert_eq!(taipan_bytecode::load(&bytes).as_ref(), Ok(&code));
        let text = taipan_bytecode::disassemble(&code);
        let recorded = path.with_extension("txt");
        if bless {
            std::fs::write(&recorded, &text).expect("can be written");
        } else if std::fs::read_to_string(&recorded).ok().as_deref() != Some(&*text) {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(count >= 12, "only {count} programs");
    assert!(wrong.is_empty(), "changed:\n{}", wrong.join("\n"));
}
