//! How the tables are written.

/// `[Text]`, `{Text}`, `(TABLE, TABLE)` or the name of a plain shape.
macro_rules! shape {
    ([$($inner:tt)+]) => { $crate::catalogue::fields::Shape::List(&shape!($($inner)+)) };
    ({$($inner:tt)+}) => { $crate::catalogue::fields::Shape::Map(&shape!($($inner)+)) };
    (($($table:ident),+)) => { $crate::catalogue::fields::Shape::Object(&[$($table),+]) };
    ($plain:ident) => { $crate::catalogue::fields::Shape::$plain };
}

macro_rules! means {
    (is $facet:ident) => {
        $crate::catalogue::fields::Means::Is($crate::catalogue::Facet::$facet)
    };
    (given $facet:ident) => {
        $crate::catalogue::fields::Means::Given($crate::catalogue::Facet::$facet)
    };
    (keys $facet:ident) => {
        $crate::catalogue::fields::Means::Keys($crate::catalogue::Facet::$facet)
    };
    (gather $gather:ident) => {
        $crate::catalogue::fields::Means::Gather($crate::catalogue::fields::Gather::$gather)
    };
    (inner -) => {
        $crate::catalogue::fields::Means::Inner
    };
    (part -) => {
        $crate::catalogue::fields::Means::Part
    };
    (harmless $why:literal) => {
        $crate::catalogue::fields::Means::Harmless($why)
    };
}

/// Tables of fields: name, shape, meaning.
macro_rules! fields {
    ($($(#[$about:meta])* $table:ident { $($name:ident $shape:tt $kind:ident $word:tt;)* })*) => {
        $($(#[$about])* pub(super) const $table: &[$crate::catalogue::fields::Field] = &[
            $($crate::catalogue::fields::Field {
                name: stringify!($name),
                shape: shape!($shape),
                means: means!($kind $word),
            }),*
        ];)*
    };
}

/// Whole bodies: a name for the operations table, shape, meaning.
macro_rules! bodies {
    ($($name:ident $shape:tt $kind:ident $word:tt;)*) => {
        $(#[doc = concat!("The body `", stringify!($name), "`.")]
        pub static $name: Field = Field { name: stringify!($name), shape: shape!($shape), means: means!($kind $word) };)*
    };
}
