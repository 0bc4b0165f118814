"""Functions from elsewhere are declared once, and called with the types of what they are given."""

from llvmlite import ir

from pellucid.executors.native.llvm.functions import call, called, declared
from pellucid.executors.native.llvm.types import I32, I64, VOID


def code():
    """The builder of an empty function."""
    function = ir.Function(ir.Module(), ir.FunctionType(VOID, [I64]), "test")
    return ir.IRBuilder(function.append_basic_block())


def test_a_function_is_declared_once():
    b = code()
    first = declared(b, "abort", VOID, [])
    assert declared(b, "abort", VOID, []) is first
    assert str(b.module).count("declare") == 1


def test_a_call_has_the_types_of_its_values():
    b = code()
    called(b, "some", I32, I64(1), I32(2))
    called(b, "some", I32, I64(3), I32(4))
    text = str(b.module)
    assert text.count('declare i32 @"some"(i64') == 1
    assert text.count('call i32 @"some"(i64') == 2


def test_an_intrinsic_is_named_by_the_type_of_its_operands():
    b = code()
    kind = ir.VectorType(ir.FloatType(), 4)
    vector = ir.Constant(kind, [1.0] * 4)
    assert call(b, "fma", vector, vector, vector).type == kind
    assert '@"llvm.fma.v4f32"(<4 x float>' in str(b.module)
