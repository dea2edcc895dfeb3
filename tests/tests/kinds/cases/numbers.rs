//! Integers: more than single rows.

use crate::made::kinds;
use crate::zoo::common::Shape;

#[test]
fn aliases_are_the_same_value() {
    assert_eq!((Shape::CIRCLE, Shape::CIRCLE.c_name()), (Shape::ROUND, Some("SHAPE_ROUND")));
    let made = kinds::Shape::CIRCLE;
    assert_eq!((made, made.c_name()), (kinds::Shape::ROUND, Some("SHAPE_ROUND")));
}
