//! `cargo xtask layers`: a crate may depend only on crates of lower rank, so that the folders keep their direction.

use crate::workspace::{Crate, Workspace};

/// Complains about each crate without a rank and each dependency that does not point downwards.
pub(crate) fn check(workspace: &Workspace) -> Result<String, String> {
    let complaints = complaints(&workspace.crates);
    if complaints.is_empty() {
        Ok(format!(
            "layers: {} crates, every dependency points downwards",
            workspace.crates.len()
        ))
    } else {
        Err(complaints.join("\n"))
    }
}

fn complaints(crates: &[Crate]) -> Vec<String> {
    let mut complaints = Vec::new();
    for member in crates {
        let Some(rank) = member.rank else {
            complaints.push(format!(
                "layers: {} has no [package.metadata] rank",
                member.name
            ));
            continue;
        };
        for need in &member.needs {
            let found = crates.iter().find(|c| &c.name == need);
            if let Some(below) = found.and_then(|c| c.rank).filter(|below| *below >= rank) {
                complaints.push(format!(
                    "layers: {} (rank {rank}) depends on {need} (rank {below}), which is not below it",
                    member.name
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, rank: Option<u64>, needs: &[&str]) -> Crate {
        let needs = needs.iter().map(|n| (*n).to_owned()).collect();
        Crate {
            name: name.to_owned(),
            rank,
            folder: Default::default(),
            needs,
        }
    }

    #[test]
    fn a_dependency_on_a_lower_rank_is_fine() {
        assert!(complaints(&[member("a", Some(1), &[]), member("b", Some(2), &["a"])]).is_empty());
    }

    #[test]
    fn a_dependency_on_the_same_rank_or_above_is_reported() {
        let crates = [
            member("a", Some(2), &["c"]),
            member("b", Some(2), &["a"]),
            member("c", Some(3), &[]),
        ];
        let found = complaints(&crates);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("a (rank 2) depends on c (rank 3)"));
        assert!(found[1].contains("b (rank 2) depends on a (rank 2)"));
    }

    #[test]
    fn a_crate_without_rank_is_reported() {
        assert_eq!(complaints(&[member("a", None, &[])]).len(), 1);
    }
}
