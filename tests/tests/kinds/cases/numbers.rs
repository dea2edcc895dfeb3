//! Integers: more than single rows.

use crate::made::kinds::KindsShape;
use crate::zoo::common::Shape;

#[test]
fn aliases_are_the_same_value() {
    assert_eq!((Shape::CIRCLE, Shape::CIRCLE.c_name()), (Shape::ROUND, Some("SHAPE_ROUND")));
    let shape = KindsShape::CIRCLE;
    assert_eq!((shape, shape.c_name()), (KindsShape::ROUND, Some("SHAPE_ROUND")));
}
