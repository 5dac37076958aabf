"""Every construct of a language that introduces a name: its name is found, with nothing that is only used."""

import pytest

from darner_context.syntax.definitions import symbols

# by file name: what introduces names, and the names behind their containers ("-name": must not be found)
CONSTRUCTS: dict[str, list[tuple[str, str]]] = {
    "a.cpp": [
        ("typedef int (*handler)(int);", "handler"),
        ("typedef struct { int x; } Point, *PointRef;", "Point PointRef x"),
        ("using Callback = void (*)(int);", "Callback"),
        (
            "class ACME_EXPORT Shop : public Base {\npublic:\n  int pay();\n  int total = 0;\n};",
            "Shop Shop.pay Shop.total",
        ),
        ("struct ACME_API(core) Shop final {\n  void pay() {}\n};", "Shop Shop.pay"),
        ('class __attribute__((visibility("default"))) Shop { void pay(); };', "Shop Shop.pay"),
        ("class [[nodiscard]] Shop { void pay(); };", "Shop Shop.pay"),
        ("class __declspec(dllexport) Shop { void pay(); };", "Shop Shop.pay"),
        ("class alignas(8) Shop { void pay(); };", "Shop Shop.pay"),
        (
            "ACME_BEGIN_NAMESPACE\nclass Shop {\n public:\n  int pay();\n};\nint rate() { return 1; }\nACME_END_NAMESPACE",
            "Shop Shop.pay rate",
        ),
        ("namespace acme ACME_VISIBLE { class Shop { void pay(); }; }", "acme.Shop acme.Shop.pay"),
        ("NAMESPACE_BEGIN(acme)\nclass Shop { void pay(); };\nNAMESPACE_END(acme)", "Shop Shop.pay"),
        ("namespace acme::core { int rate(); }\nnamespace fs = std::filesystem;", "acme::core fs"),
        ("inline namespace v2 { struct S { int a, b; }; }\nnamespace { int hidden = 3; }", "v2.S v2.S.a v2.S.b hidden"),
        (
            "template <typename T> struct Box { T held; };\ntemplate <> struct Box<int> { int kept; };",
            "Box Box.held Box.kept",
        ),
        ("template <> int sum<int>(int a) { return a; }", "sum"),
        ("template <class T> constexpr T pi = T(3);\ntemplate <class T> using List = std::vector<T>;", "pi List"),
        ("template <class T> concept Small = sizeof(T) < 4;", "Small"),
        (
            "TEST(ShopTest, PaysAll) { EXPECT_EQ(1, 1); }\nTEST_F(ShopFixture, Refunds) { run(); }",
            "PaysAll Refunds -TEST -TEST_F",
        ),
        ('TEST_CASE("pays_it_all", "[shop]") { run(); }', "pays_it_all"),
        ("BOOST_AUTO_TEST_CASE(pays_all) { run(); }", "pays_all"),
        ("PYBIND11_MODULE(shop_core, m) { m.doc(); }", "shop_core"),
        (
            "enum class Kind : int { One, Two = 2 };\nenum { Plain };\nunion Value { int i; float f; };",
            "Kind Kind.One Kind.Two Plain Value Value.i",
        ),
        (
            "int Shop::pay(int a) { return a; }\nShop::Shop() {}\nShop::~Shop() {}\nint Shop::count = 0;",
            "Shop.pay Shop.Shop Shop.~Shop Shop.count",
        ),
        (
            "int acme::Shop::pay() const { return 1; }\nbool Shop::operator==(const Shop& o) const { return true; }",
            "Shop.pay Shop.operator==",
        ),
        ("template <class T> T Box<T>::get() const { return t; }", "Box.get"),
        (
            "struct S { static constexpr int limit = 3; int *next; int table[4]; int &ref; void (*call)(int); int bits : 3; };",
            "S.limit S.next S.table S.ref S.call S.bits",
        ),
        (
            "struct S { operator bool() const; S& operator=(const S&) = default; explicit S(int); virtual ~S() = 0; friend int peek(S&); };",
            "S.operator= S.S S.peek",
        ),
        (
            "extern int counter;\nstatic const char *names[] = {};\nint a = 1, b = 2;\nconst int limit{3};\nint *p, **q;",
            "counter names a b limit p q",
        ),
        (
            "auto add = [](int a) { return a; };\nauto half(int a) -> int { return a; }\nint *find(int a) { return 0; }\nint &at(int a) { return x; }",
            "add half find at",
        ),
        ('extern "C" {\nint c_call(int a);\n}\nextern "C" void other(void) {}', "c_call other"),
        ("#define LIMIT 3\n#define MAX(a, b) a", "LIMIT MAX"),
        (
            "export module money;\nexport int rate() { return 1; }\nexport class Till { void open(); };\nexport namespace m { int n(); }",
            "rate Till Till.open m.n",
        ),
        ("ACME_INLINE acme::logger *raw() { return x; }\nACME_API acme::logger *other();", "raw other -ACME_INLINE"),
        (
            "static ACME_INLINE bool is_on() ACME_NOEXCEPT {\n  return true;\n}\nACME_X a::b::time now() ACME_NOEXCEPT { return c; }",
            "is_on now -time",
        ),
        (
            "ACME_API(core) std::vector<int> list_all(int a) { return {}; }\nACME_X void Shop::pay(int a) const ACME_Y { }",
            "list_all Shop.pay",
        ),
        (
            "DWORD WINAPI ThreadProc(void *p) { return 0; }\nACME_NORETURN void die(const char *s) ACME_FORMAT(1, 2);",
            "ThreadProc die -ACME_FORMAT",
        ),
        (
            "FILE *open_it(int a) { return 0; }\nHANDLE CreateIt(int a) { return 0; }\nunsigned LONG_NAME(int a);",
            "open_it CreateIt LONG_NAME",
        ),
        (
            "template <class T> ACME_INLINE T Box<T>::get() const { return t; }\nACME_API ns::Type operator+(const A &a);",
            "Box.get operator+",
        ),
        ("int f() { ASSERT(x); if (y) RETURN_IT; return 1; }\nvoid g(int a) { FOO bar (a); }", "f g"),
        ("ACME_API int total(int a);\nstatic ACME_INLINE int twice(int a) { return a; }", "total twice"),
        (
            "class Q : public QObject {\n  Q_OBJECT\n  Q_PROPERTY(int x READ x)\npublic:\n  void run();\nsignals:\n  void done();\n};",
            "Q Q.run Q.done",
        ),
        (
            "struct Outer { struct Inner { int x; }; enum Mode { On }; using T = int; typedef int U; };\nauto [left, right] = pair();",
            "Outer.Inner Outer.Inner.x Outer.Mode.On Outer.T Outer.U left right",
        ),
    ],
    "a.c": [
        (
            "ACME_API struct foo *get_foo(void) { return 0; }\nstatic ACME_INLINE const char *name_of(int a) { return 0; }",
            "get_foo name_of -struct",
        ),
        (
            "ACME_API unsigned long size_of(int a) ACME_PURE;\nBOOL APIENTRY DllMain(void *h) { return 1; }",
            "size_of DllMain",
        ),
        (
            "JNIEXPORT jint JNICALL Java_a_b(JNIEnv *e, int x) { return 1; }\nint f(void) NORETURN_X { return 0; }",
            "Java_a_b f -jint",
        ),
        (
            "typedef int (*handler)(int);\ntypedef unsigned long size, *size_ref;\ntypedef int row[3];",
            "handler size size_ref row",
        ),
        ("typedef enum { RED, GREEN = 2 } color;\nenum kind { ONE, TWO };", "color RED GREEN kind kind.ONE"),
        ("typedef union { int i; float f; } value;\nunion other { int a; };", "value other other.a"),
        (
            "struct ring { int head, tail; char name[8]; struct ring *next; int (*call)(int); unsigned bits : 2; };",
            "ring ring.head ring.tail ring.name ring.next ring.call ring.bits",
        ),
        (
            "static inline int f(int a) { return a; }\nint **g(void) { return 0; }\nvoid (*pick(int a))(int) { return 0; }",
            "f g pick",
        ),
        (
            "extern int counter;\nstatic int table[3] = {1};\nint a, b = 2;\nint *p = 0, *q;\nint (*hook)(int) = 0;",
            "counter table a b p q hook",
        ),
        ("#define LIMIT 3\n#define MAX(a, b) a\n#if X\nint guarded(void);\n#endif", "LIMIT MAX guarded"),
        ("ACME_API int total(int a);\nEXPORT_SYMBOL(total);\nint old(a) int a; { return a; }", "total old"),
        (
            "static struct ops shop_ops = { .open = shop_open };\nstruct forward;\nstruct ring make(void);",
            "shop_ops make",
        ),
        ("SYSCALL_DEFINE2(pay_all, int, a, int, b) { return 0; }", "pay_all"),
    ],
    "a.h": [
        ("class Shape {\n public:\n  virtual double areaOf() const = 0;\n};", "Shape Shape.areaOf"),
        ("namespace acme {\nstruct S { int f() const; };\n}", "acme acme.S acme.S.f"),
        ("template <typename T>\nstruct Box { T held; };", "Box Box.held"),
        ("#include <vector>\nstruct S { int f(); };", "S S.f"),
        ("struct S { S(int a); ~S(); int f() noexcept; };", "S S.S S.f"),
        ("enum class Kind { One };", "Kind Kind.One"),
        ("using Id = int;\nconstexpr int limit = 3;", "Id limit"),
        ("int twice(const int& a);\nstruct P { int x; P& operator+=(int a); };", "twice P P.x"),
        ("@interface Shop : NSObject\n- (int)pay;\n@property int rate;\n@end", "Shop Shop.pay Shop.rate"),
        (
            '#ifdef __cplusplus\nextern "C" {\n#endif\nstruct ring { int head; };\nint ring_put(struct ring *r);\n#ifdef __cplusplus\n}\n#endif',
            "ring ring.head ring_put",
        ),
        ("/* this class of things: a template */\nstruct ring { int class; };", "ring ring.class"),
    ],
    "a.py": [
        (
            "(c_q, (d_q, *e_q)) = z\nf_q, (g_q, *h_q) = z",
            "c_q d_q e_q f_q g_q h_q",
        ),
        (
            "first, second = 1, 2\n(third, [fourth, *rest]) = x\na = b = 3\nA: int\nB: int = 1",
            "first second third fourth rest a b A B",
        ),
        (
            "class C:\n    x, y = 1, 2\n    z: int\n    def __init__(self):\n        self.bank = 1\n        self.rate: int = 2\n        self.p, self.q = 1, 2\n        if a:\n            self.late = 3\n        other.thing = 4",
            "C C.x C.y C.z bank rate p q late -thing",
        ),
        ("if (walrus := f()):\n    pass\n(alone := 3)\nwhile chunk := read():\n    pass", "walrus alone chunk"),
        (
            "type Pair[T] = tuple[T, T]\nT_q = TypeVar('T_q')\nPoint = namedtuple('Point', 'x y')\ndef first[T](a: T) -> T: ...",
            "Pair T_q Point first",
        ),
        (
            "for index in range(3):\n    pass\nwith open(a) as file, b as (c, d):\n    pass\nfor k, v in x: pass",
            "index file c d k v",
        ),
        (
            "if TYPE_CHECKING:\n    A = 1\nelse:\n    B = 2\n    C, D = 3, 4\ntry:\n    E = 1\nexcept X:\n    E = None\nelif_ = 1",
            "A B C D E elif_",
        ),
        ("class E(Enum):\n    ONE = 1\n    TWO = auto()\n    if x:\n        THREE = 3", "E E.ONE E.TWO E.THREE"),
        ("@property\ndef a(self): ...\nasync def b(): ...\nc = lambda x: x\nd = e.f = 3", "a b c d -f"),
        ("def f():\n    global made\n    local = 1\n    def inner(): ...\n    class K: ...", "f f.inner f.K -local"),
        ("X += 1\nY[0] = 1\nprint(z)", "-X -Y -z"),
    ],
    "a.ts": [
        (
            "export const { left, right: other, ...rest } = make()\nexport const [one, , two = 3] = list",
            "left other rest one two -right",
        ),
        ("declare global {\n  interface Window { shop: number }\n  var held: string\n}", "Window Window.shop held"),
        (
            "export namespace Shop { export const rate = 1; export function pay() {} export type T = 1; const { a } = x }",
            "Shop Shop.rate Shop.pay Shop.T Shop.a",
        ),
        (
            "namespace A.B.C { export let x = 1 }\ndeclare module 'shop' { export const y: number; function z(): void }",
            "A.B.C A.B.C.x shop y z",
        ),
        (
            "class Shop { constructor(private bank: Bank, readonly rate = 3, plain: number) {} static x = 1; #p = 2; get g() { return 1 } set s(v) {} accessor acc = 1; declare d: string; ['comp'] = 1 }",
            "Shop Shop.constructor bank rate Shop.x Shop.#p Shop.g Shop.s Shop.acc Shop.d -plain",
        ),
        (
            "export default class Till {}\nexport default function pay() {}\nexport abstract class A { abstract x: number; abstract f(): void }",
            "Till pay A A.x A.f",
        ),
        (
            "enum E { One, Two = 2, 'Three' = 3 }\nconst enum F { X }\ndeclare enum G { Y }",
            "E E.One E.Two E.Three F F.X G.Y",
        ),
        (
            "interface I { a: number; 'quoted': string; f(): void; readonly [k: string]: any; new (x: number): I; get g(): number }",
            "I I.a I.f I.quoted I.g",
        ),
        (
            "type O = { a: number; f(): void }\ndeclare const K: number\ndeclare let L: string, M: string\ndeclare function fn(): void\ndeclare class D { m(): void }",
            "O O.a O.f K L M fn D D.m",
        ),
        (
            "export const api = { get() {}, post: async () => {}, put: function () {}, limit: 3, nested: { deep: 1 } }\nexport let a = 1, b = 2\nvar c",
            "api get post put a b c",
        ),
        (
            "export const load = async () => {}\nexport const Ctx = createContext(null)\nexport const View = memo(() => {})\nfunction* gen() {}\nfunction over(a: string): void\nfunction over(a: any) {}",
            "load Ctx View gen over",
        ),
        (
            "exports.one = 1\nmodule.exports.two = () => {}\nimport fs = require('fs')\nexport import A = B.C\nexport { q as renamed }",
            "one two fs A renamed",
        ),
    ],
    "a.js": [
        (
            "export const { left, right: other } = make()\nexport const [one, two] = list\nlet a = 1, b\nvar c = 3",
            "left other one two a b c",
        ),
        (
            "class C { static #p = 1; x; get g() {} static s() {} async *gen() {} 'quoted'() {} constructor() { this.held = 1 } static { } }",
            "C C.#p C.x C.g C.s C.gen C.constructor held",
        ),
        (
            "const K = class Inner {}\nexport default class {}\nShop.prototype.pay = function () {}\nexports.one = 1\nmodule.exports.two = 2\nexports.three = () => {}",
            "K pay one two three",
        ),
        (
            "export function* gen() {}\nexport default async function load() {}\nconst mod = { a() {}, b: () => {}, c: function () {} }\nObject.defineProperty(exports, 'later', {})",
            "gen load mod a b c",
        ),
        (
            "Vue.component('x', {})\nexport default { data() { return {} }, methods: { pay() {} }, computed: { total: () => 1 } }",
            "data pay total",
        ),
        (
            "const api = module.exports = {}\nvar F = function () {}\nfunction Old() { this.x = 1 }",
            "api F Old",
        ),
    ],
    "a.go": [
        (
            "package p\nconst One_q, Two_q = 1, 2\nconst (\n\tA = iota\n\tB\n)\nvar X_q, Y_q = 1, 2\nvar (\n\tC int\n\tD, E = 1, 2\n)",
            "One_q Two_q A B X_q Y_q C D E",
        ),
        (
            'package p\ntype T struct {\n\tA, B int\n\t*Embedded\n\tpkg.Other\n\tF func(int) int `json:"f"`\n\tInner struct{ Z int }\n}',
            "T T.A T.B T.F T.Embedded T.Other T.Inner T.Z",
        ),
        (
            "package p\ntype (\n\tI interface {\n\t\tF(a int) int\n\t\tio.Reader\n\t}\n\tFn func(int)\n\tM map[string]int\n)\ntype Alias = T\ntype G[T any, U int | string] struct{ v T }",
            "I I.F Fn M Alias G G.v",
        ),
        (
            "package p\nfunc (t *T) M() {}\nfunc (t T) N() {}\nfunc (g *G[K, V]) P() {}\nfunc (T) Q() {}\nfunc Map[T any](a T) T { return a }\nfunc init() {}",
            "T.M T.N G.P T.Q Map init",
        ),
    ],
    "a.rs": [
        ("macro_rules! ids { ($($n:ident),*) => { $(pub struct $n;)* } }\nids!(Alpha, Beta);", "ids Alpha"),
        ("bitflags! {\n    pub struct Flags: u32 {\n        const READ = 1;\n    }\n}", "Flags READ"),
        ("lazy_static! {\n    static ref TABLE: u8 = 3;\n}\nthread_local! { static LOCAL: u8 = 1; }", "TABLE LOCAL"),
        ("define_type! { pub struct Money { pub amount: u8 } }\nquick_error! { pub enum Fault { Io } }", "Money Fault"),
        (
            "pub struct P(pub u8, u8);\npub struct U;\npub union V { a: u8 }\npub enum E { A, B(u8), C { x: u8 } }\npub trait T { const K: u8; type Out; fn f(&self); fn g() {} }",
            "P U V V.a E E.A E.B E.C T T.K T.Out T.f T.g",
        ),
        (
            "impl<T> T2 for Box<S<T>> { type Out = u8; const K: u8 = 1; fn f(&self) {} }\nimpl S { pub const LIMIT: u8 = 1; pub fn new() -> S { S } }",
            "S.new S.LIMIT Out K f",
        ),
        (
            'pub mod inner { pub mod deep { pub fn f() {} } pub use x::y as z; }\nextern "C" { fn c_call(a: u8); static C: u8; }\npub extern "C" fn out() {}',
            "inner inner.deep inner.deep.f c_call C out",
        ),
        (
            "pub static mut S: u8 = 1;\npub const fn cf() {}\nasync unsafe fn uf() {}\nconst _: () = ();\npub type R<T> = Result<T>;\npub trait Alias = Clone;\nmacro m2($a:expr) { $a }",
            "S cf uf R",
        ),
        (
            "fn r#type() {}\nmod r#match { }\nstruct S { r#in: u8 }\nimpl<'a> Tr for &'a str { fn of(&self) {} }\nimpl<T> Tr for [T] { fn arr(&self) {} }\nfn outer() { fn nested() {} struct Local; }",
            "r#type of arr outer outer.nested",
        ),
    ],
    "a.java": [
        (
            "class A { static final int MAX_Q = 3, MIN_Q = 1; int x, y[]; A() {} static { } int f() { class Local {} return 1; } <T> T g() { return null; } }",
            "A A.MAX_Q A.MIN_Q A.x A.y A.A A.f A.g",
        ),
        (
            "enum C_q { ONE_q, TWO(2) { int f() { return 1; } }; final int v = 1; C_q() {} int m() { return 1; } }",
            "C_q C_q.ONE_q C_q.TWO C_q.v C_q.m",
        ),
        (
            "record Point(int left, int right) { Point { } static int origin = 1; int sum() { return 1; } }",
            "Point Point.left Point.right Point.origin Point.sum",
        ),
        (
            'interface I { int K = 1; void f(); default int g() { return 1; } static int h() { return 1; } class N {} }\n@interface Mark { String value() default ""; int order(); }',
            "I I.K I.f I.g I.h I.N Mark Mark.value Mark.order",
        ),
        (
            "sealed interface S permits T {}\nnon-sealed class T implements S {}\nabstract class Q<T> { protected abstract T make(); }\nmodule com.acme.core { exports com.acme; }",
            "S T Q Q.make com.acme.core",
        ),
        (
            "void main() { }\npackage com.acme;\nclass A { Runnable r = () -> {}; B b = new B() { void inner() {} }; }",
            "A A.r A.b inner",
        ),
    ],
    "a.kt": [
        ("class A { fun of() = A() }\nclass B { val x = 1 }", "A A.of B B.x"),
        ("class A { companion object { val y = 1 } }\nclass C { companion object }\nclass D", "A A.y C D"),
        ("object O { val x = f() }\ninterface I { fun f(): Int }", "O O.x I I.f"),
        ("enum class E { A, B; fun f() = 1 }\nenum class F(val v: Int) { C(1), D(2) }", "E E.A E.B E.f F F.v F.C F.D"),
        (
            "sealed interface S { data class P(val x: Int) : S }\nclass Q { class R { val z = 2 } }",
            "S S.P S.P.x Q Q.R Q.R.z",
        ),
        ("class A {\n  val x = 1 }\nclass B {\r\n  fun f() = g() }\r\n", "A A.x B B.f"),
        ('class A { val s = "a }" }\nval o = object : X { override fun f() = 1 }', "A A.s o f"),
        (
            "class Shop {\n  companion object {\n    const val RATE = 1\n    fun make() = Shop()\n \n}\n}\nclass Other {\n  companion object Named {\nval x = 1\n}\n}",
            "Shop Shop.RATE Shop.make Other.Named.x",
        ),
        (
            "actual class Amount internal actual constructor(val held: Int) {\n  actual fun plusTax(): Int = 1\n}\nexpect fun clock(): Long\nexpect class Socket {\nfun open()\n}",
            "Amount Amount.held Amount.plusTax clock Socket Socket.open",
        ),
        (
            'data class P(val left: Int, var right: String = "", plain: Int)\nsealed class R {\ndata object Done : R()\nclass Fail(val why: String) : R()\n}\nenum class E(val code: Int) {\nOne(1), Two(2) {\noverride fun f() = 1\n}\nabstract fun f(): Int\n}',
            "P P.left P.right R R.Done R.Fail R.Fail.why E E.code E.One E.Two E.f -plain",
        ),
        (
            "interface I {\nval x: Int\nfun f()\nfun g() = 1\n}\nfun interface Fn {\noperator fun invoke(a: Int): Int\n}\nannotation class Mark(val order: Int)\n@JvmInline value class Id(val raw: Int)",
            "I I.x I.f I.g Fn Fn.invoke Mark Id Id.raw",
        ),
        (
            "typealias Name_q = Map<String, Int>\nfun String.shout_q() = 1\nval limit_q = 3\nconst val K = 1\nval String.half: Int get() = 1\nval (one, two) = pair\nlateinit var late: Foo\nval lazyOne by lazy {\n1\n}",
            "Name_q shout_q limit_q K half one two late lazyOne",
        ),
        (
            "inline fun <reified T> cast_q(a: Any): T = a as T\nsuspend fun load() {}\ninfix fun Int.plusOne(b: Int) = 1\ntailrec fun loop() {}\noperator fun A.plus(b: A) = 1\nprivate fun `named with blanks`() {}",
            "cast_q load plusOne loop plus",
        ),
        (
            "object Store {\nval x = 1\nfun f() {}\n}\nclass Maker {\nconstructor(a: Int) {\n}\n init {\n}\n inner class In {\nfun g() {}\n}\n}\nval obj = object : I {\nfun deep() {}\n}",
            "Store Store.x Store.f Maker Maker.In Maker.In.g obj",
        ),
    ],
    "a.cs": [
        (
            "namespace Acme.Core;\npublic class Shop { public event EventHandler Paid; public event Action Closed { add { } remove { } } }",
            "Acme.Core Shop Shop.Paid Shop.Closed",
        ),
        (
            "record Point(int X, int Y) { public int Sum => 1; }\nrecord struct Size(int W);\nclass Primary(int held) { int f() => held; }",
            "Point X Y Sum Size W Primary Primary.f",
        ),
        (
            "struct S { public int a, b; public const int K = 1; public int this[int i] => 1; public static S operator +(S a, S b) => a; public static implicit operator int(S s) => 1; ~S() { } static S() { } }",
            "S S.a S.b S.K",
        ),
        (
            "interface I { int P { get; } void F(); event Action E; }\nenum Kind : byte { One, Two = 2 }\ndelegate int Fn(int a);\nnamespace A { namespace B { class C { class D { } } } }",
            "I I.P I.F I.E Kind Kind.One Fn A A.B A.B.C A.B.C.D",
        ),
        (
            "partial class P { partial void Hook(); [Attr] public async Task<int> Run<T>() where T : class { int Local() => 1; return 1; } }\nstatic class Ext { public static int Twice(this int a) => a; }\nusing Alias = System.Int32;",
            "P P.Hook P.Run Ext Ext.Twice Alias",
        ),
        ("int Top() { return 1; }\nvar x = 1;", "Top"),
    ],
    "a.php": [
        (
            "<?php\nclass Shop { public function __construct(private Bank $bank, protected readonly int $rate = 3, int $plain = 1) {} }",
            "Shop Shop.__construct bank rate -plain",
        ),
        ("<?php\ndefine('LIMIT_Q', 3);\nconst ONE = 1, TWO = 2;\n\\define(\"OTHER\", 1);", "LIMIT_Q ONE TWO OTHER"),
        (
            "<?php\nnamespace N_q;\nabstract class A_q { const X = 1; public static $count_q = 1, $two; protected ?int $x; abstract function f(); final public const string K = 'a'; var $old; }",
            "N_q A_q A_q.X A_q.count_q A_q.two A_q.x A_q.f A_q.K A_q.old",
        ),
        (
            "<?php\nenum Suit: string { case One_q = 'o'; case Two = 't'; const D = self::One_q; public function label() {} }\ntrait T { use U; private $p; function g() {} }\ninterface I { const C = 1; function h(); }",
            "Suit Suit.One_q Suit.Two Suit.label T T.p T.g I I.h",
        ),
        (
            "<?php\nfunction free_q() { return 1; }\n$top = function () {};\n$arrow = fn($x) => $x;\nif (!function_exists('guarded')) { function guarded() {} }\nreturn new class { function anon() {} };",
            "free_q top arrow guarded anon",
        ),
        ("<?php\nnamespace A\\B { class C {} function d() {} }\nclass_alias('A', 'Renamed');", "C d"),
    ],
    "a.rb": [
        ("class Shop\n  LIMIT = 3\n  A, B = 1, 2\nend\nTOP = 1", "Shop Shop.LIMIT Shop.A TOP"),
        (
            "class Shop\n  attr_accessor :owner, :bank\n  attr_reader :rate\n  attr_writer 'w'\n  cattr_accessor :c\n  mattr_reader :m\n  class_attribute :k\n  delegate :x, to: :y\nend",
            "Shop.owner Shop.bank Shop.rate Shop.c Shop.m Shop.k",
        ),
        (
            "Point = Struct.new(:left, :right) do\n  def sum; end\nend\nOther = Class.new(Base)\nRow = Data.define(:id)",
            "Point Point.sum Other Row left right id",
        ),
        (
            "class Shop\n  define_method(:made) { 1 }\n  define_method 'also' do |x| 1 end\n  alias_method :pay, :made\n  alias old made\n  def self.build; end\n  class << self\n    def make; end\n  end\n  private def hidden; end\nend",
            "made also pay old build make hidden",
        ),
        (
            "class Shop < ApplicationRecord\n  scope :open_now, -> { where(x: 1) }\n  has_many :items\n  belongs_to :owner_rel\n  has_one :till\n  enum :status, { on: 1 }\n  enum kind: [:a]\n  validates :x\nend",
            "open_now items owner_rel till status",
        ),
        (
            "module A::B\n  module_function\n  def f(x) = x\n  def ==(o); end\n  def name?; end\n  def set=(v); end\nend\nclass A::C; end\nclass D < Struct.new(:q); end",
            "f name? set= C D",
        ),
        (
            "RSpec.describe Shop do\n  let(:basket) { 1 }\n  subject(:till) { 2 }\n  it 'pays' do end\nend\ntask :deploy do end\nnamespace :db do\n task :up => :env do end\n task migrate: :env do end\nend",
            "basket till deploy up",
        ),
        (
            "def free; end\nconcern :Tall do\n def up; end\nend\nFOO ||= 3\n$global = 1\nclass_methods do\n  def inner; end\nend",
            "free up FOO inner",
        ),
    ],
    "a.ex": [
        (
            "defmodule Shop.Till do\n  @callback run(integer) :: any\n  @macrocallback mc(x :: any) :: any\n  @type amount :: integer\n  @typep hid :: any\n  @opaque sec(a) :: a\n  @rate 3\n  @spec pay(integer) :: any\n  def pay(a), do: a\nend",
            "Shop.Till run mc amount hid sec pay rate",
        ),
        ("defprotocol P_q do\n  def size(x)\nend\ndefimpl P_q, for: List do\n  def size(x), do: 1\nend", "P_q size"),
        (
            "defmodule M_q do\n  defstruct [:name, age: 3]\n  defexception [:message]\n  defmacro mac(x) do\n  end\n  defguard is_big(x) when x > 3\n  defdelegate out(x), to: Other\n  defp priv, do: 1\n  def a when true, do: 1\n  def x + y, do: 1\nend",
            "M_q mac is_big out priv name age",
        ),
        (
            'defmodule A do\n  schema "users" do\n    field :email, :string\n    has_many :posts, Post\n    belongs_to :org, Org\n  end\n  test "pays all" do\n  end\n  describe "x" do\n  end\nend',
            "A email posts org",
        ),
        (
            "defmodule A do\n  defmodule B do\n    def f(%{x: x} = a, b \\\\ 1) when is_map(a) do\n    end\n  end\nend",
            "A A.B A.B.f",
        ),
    ],
    "a.dart": [
        (
            "final Map<String, int> table = {};\nconst limit_q = 3;\nvar a = 1, b = 2;\nlate final String s;\nint get free => 1;\nset up(int x) {}\nexternal int ext();",
            "table limit_q a b s free up",
        ),
        (
            "class Shop { Shop.named(this.x); Shop(this.x); const Shop.zero() : x = 1; factory Shop.of(int a) => Shop(a); final int x; static const k = 1; int? y; late int z; int get g => 1; set h(int v) {} Shop operator +(Shop o) => o; void f() {} static int s() => 1; abstract int q; }",
            "Shop Shop.named Shop.zero Shop.of Shop.x Shop.k Shop.y Shop.z Shop.g Shop.h Shop.f Shop.s",
        ),
        (
            "extension type Id(int raw) { int twice() => raw; }\nextension Ext on String { int get half => 1; void g() {} }\nmixin M_q on A { void m() {} }\nmixin class Both { }",
            "Id Id.twice Ext Ext.half Ext.g M_q M_q.m Both",
        ),
        (
            "enum E_q { one, two(3); final int v = 1; const E_q([this.v]); void f() {} }\ntypedef F_q = int Function(int);\ntypedef int Old(int a);\ntypedef Pair<T> = (T, T);",
            "E_q E_q.one E_q.two F_q Old Pair",
        ),
        (
            "sealed class S_q {}\nabstract interface class I_q { void f(); int get x; }\nbase class Bs {}\nfinal class Fin {}\nabstract class A_q { int f(); }\nclass Al = A_q with M_q;\nvoid free_q() {}\nFuture<int> load() async => 1;\nIterable<int> gen() sync* {}",
            "S_q I_q I_q.f I_q.x Bs Fin A_q A_q.f Al free_q load gen",
        ),
    ],
    "a.sol": [
        ("library Money { function twice(uint x) internal pure returns (uint) { return x; } }", "Money Money.twice"),
        (
            "interface IShop { function pay(uint a) external; event Paid(address who); error Bad(uint a); }",
            "IShop IShop.pay IShop.Paid IShop.Bad",
        ),
        (
            "contract Shop is Base { modifier onlyOwner() { _; } mapping(address => uint) public held; uint constant LIMIT = 3; uint immutable rate; error Broke(uint x); event Paid(address a); struct Row { uint id; } enum Kind { A, B } constructor(uint a) { } receive() external payable { } fallback() external { } using Money for uint; address[] public all; type Id is uint; }",
            "Shop Shop.onlyOwner Shop.held Shop.LIMIT Shop.rate Shop.Broke Shop.Paid Shop.Row Shop.Row.id Shop.Kind Shop.Kind.A Shop.all",
        ),
        (
            "type Price is uint128;\nerror TopError();\nstruct Top { uint x; }\nenum E { A }\nfunction free(uint a) pure returns (uint) { return a; }\nuint constant K = 1;\nabstract contract Abs { function f() public virtual; }\nevent TopEvent(uint a);",
            "Price TopError Top Top.x E E.A free K Abs Abs.f",
        ),
    ],
    "a.tf": [
        (
            'variable "limit_" { type = number }\noutput "out_" { value = 1 }\nmodule "core_" { source = "./core" }\nprovider "aws_" { region = "x" }',
            "limit_ out_ core_ aws_",
        ),
        (
            'resource "aws_bucket" "main_" { bucket = "x" }\ndata "aws_ami" "img_" { owner = "y" }\nlocals {\n  rate_ = 3\n  both_ = { a = 1 }\n}',
            "main_ img_ rate_ both_",
        ),
        (
            'check "health_" { assert { condition = true } }\nmoved { from = a }\nterraform { backend "s3_" { } }\nephemeral "k" "eph_" {}',
            "health_ eph_",
        ),
    ],
    "a.swift": [
        (
            'typealias Amount = Int\nmacro ensure(_ x: Int) = #externalMacro(module: "M", type: "T")\nlet limit = 3\nvar a = 1, b = 2\nlet (c, d) = (1, 2)',
            "Amount ensure limit a b c d",
        ),
        (
            "class Shop { var rate: Int { 1 }; static let shared = Shop(); init(x: Int) {}; deinit {}; subscript(i: Int) -> Int { 1 }; func pay() {}; class func make() {}; lazy var late = 1; typealias T = Int; struct Inner { let z: Int } }",
            "Shop Shop.rate Shop.shared Shop.init Shop.pay Shop.make Shop.late Shop.T Shop.Inner Shop.Inner.z",
        ),
        (
            "enum Kind: Int { case one, two; case three(Int); indirect case four; static func of() {} }\nstruct S { let x: Int; func f() {} }\nactor Act { func g() {} }\nextension Shop { func extra() {}; var half: Int { 1 } }",
            "Kind Kind.one Kind.two Kind.three Kind.four Kind.of S S.x S.f Act Act.g Shop.extra Shop.half",
        ),
        (
            "protocol P { associatedtype Item; var x: Int { get }; func f(); init(a: Int); static func g() }\ninfix operator +++\nprecedencegroup Prec { }\nfunc + (a: S, b: S) -> S { a }\nfunc free<T>(_ a: T) async throws -> T { a }\n@propertyWrapper struct Wrap { var wrappedValue: Int }",
            "P P.Item P.x P.f P.g free Wrap",
        ),
    ],
    "a.scala": [
        (
            "trait Shop { def pay(a: Int): Int; val rate: Int; var held: Int; type Item; def done() = 1; lazy val late = 2; object Inner { def deep = 1 } }",
            "Shop Shop.pay Shop.rate Shop.held Shop.Item Shop.done Shop.late Shop.Inner Shop.Inner.deep",
        ),
        (
            "case class P(left: Int, right: Int)\ncase object Done\nsealed abstract class R(val x: Int)\nobject O extends App { val k = 1 }\npackage object pk { def h = 1 }\nenum Color(val c: Int) { case Red extends Color(1); case Green, Blue }",
            "P P.left Done R R.x O O.k pk h Color Color.Red Color.Green Color.Blue",
        ),
        (
            "given intOrd: Ordering[Int] = x\ngiven Ordering[String] with { def compare = 1 }\nextension (s: String) { def shout = 1; def half: Int = 2 }\ntype Name = String\nopaque type Id = Int\nval (a, b) = (1, 2)\ndef f[T](x: T)(using y: Int): T = x\ninline def g = 1\nimplicit class Rich(x: Int) { def twice = 1 }\nval x, y = 1",
            "intOrd shout half Name Id a b f g Rich Rich.twice x y",
        ),
        ("@main def run() = 1\nclass A:\n  def m = 1\n  private val n = 2\nend A\nimport x.y", "run A A.m A.n"),
    ],
    "a.lua": [
        (
            "local limit = 3\nlocal a, b = 1, 2\nlocal M = {}\nM.rate = 4\nM.pay = function() end\nglobal_one = 1\nlocal K <const> = 3",
            "limit a b M rate pay global_one K",
        ),
        (
            "local function inner() end\nfunction free_q() end\nfunction M.f() end\nfunction M:g() end\nfunction a.b.c() end\nlocal fn = function() end\nM.tab = { x = 1, run = function() end }\nM['quoted'] = 1",
            "inner free_q f g c fn tab run",
        ),
    ],
    "a.sql": [
        ("CREATE PROCEDURE pay() LANGUAGE SQL AS $$ SELECT 1 $$;", "pay"),
        (
            "CREATE OR REPLACE PROCEDURE shop.refund(a int) AS $$ BEGIN NULL; END $$ LANGUAGE plpgsql;\nCREATE TRIGGER audit_row AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();",
            "refund audit_row",
        ),
        (
            "CREATE OR REPLACE FUNCTION total(a int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;\nCREATE INDEX idx_t ON t (a);\nCREATE MATERIALIZED VIEW mv AS SELECT 1;\nCREATE SEQUENCE seq_a;\nCREATE SCHEMA shop;\nCREATE TYPE mood AS ENUM ('a');\nCREATE DOMAIN us_code AS text;",
            "total idx_t mv seq_a shop mood",
        ),
        (
            "CREATE TABLE IF NOT EXISTS shop.t2 (id int primary key, name text);\nCREATE TEMP TABLE t3 AS SELECT 1;\nWITH cte AS (SELECT 1) SELECT * FROM cte;\nCREATE UNIQUE INDEX uq ON t (a);\nCREATE VIEW v2 AS SELECT 1;\nCREATE EXTENSION hstore;\nALTER TABLE t ADD COLUMN later int;",
            "t2 t2.id t3 uq v2",
        ),
        (
            "DELIMITER //\nCREATE PROCEDURE mysql_proc(IN a INT)\nBEGIN\n  SELECT 1;\nEND //\nCREATE TRIGGER trg BEFORE UPDATE ON t FOR EACH ROW BEGIN SET x = 1; END //\nCREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1;",
            "mysql_proc",
        ),
    ],
    "a.pl": [
        (
            "package Shop::Till;\nuse constant LIMIT => 3;\nuse constant { ONE => 1, TWO => 2 };\nour $rate = 3;\nour ($x, @y);\nmy $file_level = 1;\nour %table = ();\nsub pay { 1 }\nsub with_sig($a, $b) { }",
            "Shop::Till LIMIT ONE TWO rate pay with_sig",
        ),
        (
            "use Moose; has 'rate' => (is => 'ro');\nhas till => (is => 'rw');\nhas ['p', 'q'] => (is => 'ro');\naround pay => sub { };\nextends 'Base';",
            "rate till p q",
        ),
        ("package A { sub f { } }\nmy $cb = sub { 1 };\n*alias = \\&f;\nhas +ext => (is => 'ro');", "A f cb"),
    ],
    "a.yaml": [
        ("jobs:\n  build_:\n    steps: []\n  test_:\n    needs: build_\non: push", "jobs build_ test_ on"),
        ("stages: [a]\n.base_: &base\n  script: x\ncompile_:\n  extends: .base_", "stages .base_ compile_"),
        ("services:\n  web_:\n    image: x\n  db_:\n    image: y\nvolumes:\n  data_: {}", "services web_ db_ data_"),
        (
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop-api\nspec:\n  x: 1\n---\nkind: ConfigMap\nmetadata:\n  name: conf_",
            "kind metadata shop-api conf_",
        ),
        (
            "openapi: 3.0.0\npaths:\n  /pets_:\n    get:\n      operationId: listPets\ncomponents:\n  schemas:\n    Pet_:\n      type: object",
            "paths /pets_ components listPets Pet_",
        ),
        ("\"quoted\": 1\n'single': 2\nplain: 3", "quoted single plain"),
        ("- name: install_it\n  hosts: all\n  tasks:\n    - name: copy_it\n      copy: x", "install_it copy_it"),
    ],
    "a.sh": [
        (
            "declare -A table\ntypeset -i count\nreadonly LIMIT OTHER=2\nfn() {\n  declare -a inner\n}",
            "table count LIMIT OTHER fn -inner",
        ),
        (
            "alias ll='ls -l'\nalias gs=\"git status\" la='ls -a'\nexport PATH_Q=1\nreadonly LIMIT=3\ndeclare -r K=1\ndeclare -A table=()\nlocal_one=1\nfunction fn { :; }\nfunction fn2() { :; }\nfn3() ( : )\nfn-dash() { :; }",
            "ll gs la PATH_Q LIMIT K table local_one fn fn2 fn3 fn-dash",
        ),
        ("if x; then\n  GUARDED=1\n  g() { :; }\nfi\nX=1 cmd\nARR=(1 2)\nARR[0]=1\n: ${DEFAULT:=3}", "GUARDED g ARR"),
    ],
    "a.zig": [
        (
            'pub fn free_q() void {}\nconst std = @import("std");\npub const S = struct { x: i32, const K = 1; pub fn f() void {} };\nconst E = enum { one, two };\nconst U = union(enum) { a: i32, b };\nvar global: i32 = 1;\nconst Err = error{ Bad, Worse };\ntest "pays all" {}\nextern fn c_call() void;\nconst Op = opaque {};',
            "free_q std S S.x S.f S.K E E.one U U.a global Err c_call",
        ),
        (
            "pub fn List(comptime T: type) type {\n    return struct {\n        held: T,\n        pub fn get() T {}\n    };\n}\npub const inner = struct { pub const deep = struct { z: u8 }; };",
            "List held get inner deep",
        ),
    ],
    "a.m": [
        (
            "@interface Shop (Extra) <P>\n@property (nonatomic) int rate;\n- (int)pay:(int)a with:(int)b;\n+ (id)make;\n@end\n@implementation Shop { int held; }\n- (void)run {}\n@end",
            "Shop Shop.pay Shop.make Shop.run Shop.rate",
        ),
        (
            '@protocol P <NSObject>\n- (void)f;\n@optional\n- (void)g;\n@end\ntypedef NS_ENUM(NSInteger, Kind) { KindOne, KindTwo };\ntypedef void (^Block)(int);\ntypedef struct { int x; } Pt;\nstatic NSString *const Key = @"k";\n#define MAX(a) a\nenum { Plain };\nextern NSString *const Other;',
            "P P.f P.g Pt Key MAX Plain",
        ),
    ],
    "a.hs": [
        (
            "data T = A Int | B { left :: Int, right :: Int }\nnewtype N = N { unN :: Int }\ntype S = Int\nclass Shop a where\n  pay :: a -> Int\n  type Item a\ninstance Shop Int where\n  pay x = x",
            "T A B left right N unN S Shop Shop.pay",
        ),
        (
            'f :: Int -> Int\nf x = x\nx +++ y = x\n(a, b) = (1, 2)\ntype family F a\ndata family D a\npattern P x = Just x\nforeign import ccall "x" cx :: Int\ndata G where\n  MkG :: Int -> G',
            "f F D cx",
        ),
    ],
    "a.ml": [
        (
            'let limit = 3\nlet f x = x\nlet rec g x = x and h y = y\nlet (a, b) = (1, 2)\ntype t = A | B of int\ntype r = { left : int; mutable right : int }\nexception Bad of int\nmodule M = struct let x = 1 end\nmodule type S = sig val y : int end\nmodule F (X : S) = struct end\nclass c = object method m = 1 end\nexternal e : int -> int = "e"',
            "limit f g h t A B r left Bad M M.x S F c m e",
        ),
    ],
    "a.fs": [
        (
            "module Shop\nlet rate = 3\nlet pay x = x\ntype R = { Left: int; Right: int }\ntype U = | One | Two of int\ntype C(x: int) =\n    member this.Pay() = x\n    static member Make() = 1\nexception Bad of string\ntype A = int\ntype I =\n    abstract F: int -> int",
            "Shop rate pay R U C Pay Make Bad A I",
        ),
    ],
    "a.jl": [
        (
            "module Shop\nconst LIMIT = 3\nf(x) = x\nfunction g(x::Int)::Int\n x\nend\nfunction Base.show(io::IO) end\nstruct P{T} <: Q\n  left::Int\n  right\nend\nmutable struct M end\nabstract type Ab <: Number end\nprimitive type Pr 8 end\nmacro mac(x) end\n@enum Color red green\nglobal gl = 1\nf2(x) where T = x\nfunction h(x::T) where {T}\nend\nend",
            "Shop LIMIT f g show P left M Ab Pr mac Color red h",
        ),
        ("top = 3\nBase.length(x::P) = 1\n@kwdef struct K\n  a::Int = 1\nend\nexport x", "top length K a"),
    ],
    "a.ps1": [
        (
            "function Get-It { }\nfilter Only { }\nclass A : B { [int] $Rate; [int] F() { return 1 } A() { } static [int] G() { return 1 } }\nenum Kind { One; Two }\n$Limit = 3\n$script:Held = 1\nSet-Alias ll Get-It\nworkflow Wf { }",
            "Get-It Only A A.Rate A.F A.G Kind One",
        ),
    ],
    "a.groovy": [
        (
            "class A { static final int K = 1; def f() { } int x; enum E { ONE } interface I { } }\ndef free(a) { a }\ndef top = 1\ntrait T { def g() { 1 } }\ntask deploy { }\next.rate = 3",
            "A A.K A.f free",
        ),
    ],
    "a.f90": [
        (
            "module m\n  integer, parameter :: limit = 3\n  type :: point\n    integer :: x\n  contains\n    procedure :: move\n  end type\n  interface show\n    module procedure show_a\n  end interface\ncontains\n  subroutine pay(a)\n  end subroutine\n  function total(a) result(r)\n  end function\n  pure elemental integer function half(a)\n  end function\nend module\nprogram main\nend program",
            "m limit point x pay total half main show",
        ),
    ],
    "a.css": [
        (
            ".card, #top, :root { --rate: 1; }\n@keyframes spin { }\n@media print { .inner { } }\n@property --held { }\n@layer base_;\n@container side (x) { .deep { } }",
            "card top --rate spin inner deep --held",
        ),
    ],
    "a.glsl": [
        (
            "uniform vec3 light;\nlayout(location = 0) in vec3 pos;\nout vec4 color;\nconst int LIMIT = 3;\nstruct S { int a; };\nfloat f(float x) { return x; }\n#define K 1\nlayout(std140) uniform Block { mat4 m; };\nvarying vec2 uv;",
            "light pos color LIMIT S S.a f K",
        ),
    ],
    "a.sv": [
        (
            "module m #(parameter W = 8)(input a, output b);\n  wire w1;\n  reg [3:0] r1;\n  localparam L = 3;\n  task t1; endtask\n  function int f1(int a); endfunction\n  sub inst1(a, b);\nendmodule\ninterface bus; endinterface\npackage pk; typedef enum { A, B } kind_t; endpackage\nclass C; int x; function new(); endfunction endclass",
            "m W L f1 t1 bus pk kind_t C",
        ),
    ],
    "a.nix": [
        (
            "{ pkgs, ... }:\nlet\n  rate = 3;\n  f = x: x;\nin {\n  out = 1;\n  nested.deep = 2;\n  inherit rate;\n}",
            "rate f out",
        ),
    ],
    "Makefile": [
        (
            "LIMIT := 3\nCC ?= gcc\nexport PATH_Q = 1\nall: dep\n\techo\n.PHONY: all\n%.o: %.c\n\tcc\ndefine block\nx\nendef\nbuild test: x\n\techo\noverride FLAGS += 1",
            "LIMIT CC PATH_Q all block build test FLAGS",
        ),
    ],
    "a.toml": [
        (
            '[tool.a]\nx = 1\n[[bin]]\nname = "shop"\n[dependencies]\nserde = "1"\ntop.dotted = 2',
            "tool.a tool.a.x bin dependencies dependencies.serde",
        ),
    ],
    "a.json": [
        ('{"scripts": {"build": "x"}, "name": "shop"}', "scripts name"),
    ],
    "a.html": [
        (
            "<div id=\"top\"></div>\n<template id='t'></template>\n<script>\nfunction sendMoneyNow() {}\nconst limit = 3\n</script>",
            "top sendMoneyNow limit",
        ),
        (
            "<script>\nvar rate = {{ rate }};\nfunction sendMoneyNow(a) { {% if x %} return 1 {% endif %} }\n</script>",
            "sendMoneyNow",
        ),
    ],
    "a.vue": [
        (
            "<script>\nexport default { name: 'X', data() { return { held: 1 } }, methods: { pay() {} } }\n</script>\n<style>\n.card { }\n</style>",
            "data pay card",
        ),
    ],
}


@pytest.mark.parametrize(("path", "text", "names"), [(path, *row) for path, rows in CONSTRUCTS.items() for row in rows])
def test_names_of_constructs(path: str, text: str, names: str) -> None:
    found = [each.name if each.container is None else f"{each.container}.{each.name}" for each in symbols(path, text)]
    bare = {each.name for each in symbols(path, text)}
    missing = [
        name
        for name in names.split(" ")
        if (name[1:] in bare if name.startswith("-") else name not in found and name not in bare)
    ]
    assert not missing, f"{missing} of {found}"
