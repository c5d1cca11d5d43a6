//! `[[units]]`: units of a profile that hosts run beside what tagboat needs, such as the slice that limits all sessions together.

use super::error::Fault;
use super::file::{File, UnitTable};
use crate::model::names::UnitName;
use crate::model::profile::ProfileUnit;
use toml::Spanned;

/// The units that the file has for a profile: those of its own names replace those of the base.
pub(super) fn units_of(
    file: &File,
    profile: &str,
    base: Vec<ProfileUnit>,
) -> Result<Vec<ProfileUnit>, Fault> {
    let mut units = base;
    let mut own: Vec<UnitName> = Vec::new();
    for table in file
        .units
        .iter()
        .filter(|table| table.profile.get_ref() == profile)
    {
        let unit = unit(table)?;
        if own.contains(&unit.name) {
            let problem = format!(
                "the unit `{}` of the profile `{profile}` is there twice",
                unit.name.as_str()
            );
            return Err(Fault::at(table.name.span(), problem, "remove one of them"));
        }
        own.push(unit.name.clone());
        units.retain(|known| known.name != unit.name);
        units.push(unit);
    }
    Ok(units)
}

fn unit(table: &UnitTable) -> Result<ProfileUnit, Fault> {
    let name = UnitName::parse(table.name.get_ref()).map_err(|invalid| {
        Fault::at(
            table.name.span(),
            invalid.to_string(),
            format!("write {}", invalid.rule),
        )
    })?;
    let text = table.text.get_ref();
    if !text.trim_start().starts_with(['[', '#', ';']) {
        return Err(Fault::at(
            table.text.span(),
            format!("the text of the unit `{}` is none of a unit", name.as_str()),
            "begin it with a section, such as [Slice]",
        ));
    }
    let text = if text.ends_with('\n') {
        text.clone()
    } else {
        format!("{text}\n")
    };
    Ok(ProfileUnit { name, text })
}

/// As the file would say it.
pub(super) fn unit_table(profile: &str, unit: &ProfileUnit) -> UnitTable {
    let spanned = |text: &str| Spanned::new(0..0, text.to_owned());
    UnitTable {
        profile: spanned(profile),
        name: spanned(unit.name.as_str()),
        text: spanned(&unit.text),
    }
}
