(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(alias name: (_) @name) @definition.method
(class name: [(constant) @name (scope_resolution scope: (_) @container name: (_) @name)]) @definition.class
(singleton_class value: [(constant) @name (scope_resolution name: (_) @name)]) @definition.class
(module name: [(constant) @name (scope_resolution scope: (_) @container name: (_) @name)]) @definition.module
(assignment left: [(constant) @name (scope_resolution name: (constant) @name) (left_assignment_list (constant) @name)]) @definition.constant
(operator_assignment left: (constant) @name) @definition.constant
(assignment left: (constant) @name right: (call receiver: (constant) @_maker method: (identifier) @_new) (#match? @_maker "^(Struct|Class|Data|Module|OpenStruct)$") (#match? @_new "^(new|define)$")) @definition.class
(assignment left: (constant) right: (call receiver: (constant) @_maker method: (identifier) @_new arguments: (argument_list (simple_symbol) @name @definition.field)) (#match? @_maker "^(Struct|Data)$") (#match? @_new "^(new|define)$"))
(class superclass: (superclass (call receiver: (constant) @_maker arguments: (argument_list (simple_symbol) @name @definition.field))) (#match? @_maker "^(Struct|Data)$"))
(call !receiver method: (identifier) @_attr arguments: (argument_list [(simple_symbol) @name (string (string_content) @name)] @definition.field) (#match? @_attr "^(attr|attr_accessor|attr_reader|attr_writer|[cm]attr_accessor|[cm]attr_reader|[cm]attr_writer|thread_mattr_accessor|class_attribute|attribute|delegate|def_delegators?)$"))
(call !receiver method: (identifier) @_maker arguments: (argument_list . [(simple_symbol) @name (string (string_content) @name)]) (#match? @_maker "^(define_method|define_singleton_method|alias_method|scope|has_many|has_one|belongs_to|has_and_belongs_to_many|has_one_attached|has_many_attached|has_rich_text|enum|let!?|subject|task|concern|helper_method|namespace|memoize|mattr|setting|option|param|field|argument|factory|trait|state|event|shared_examples|shared_context)$")) @definition.method
(call !receiver method: (identifier) @_maker arguments: (argument_list . (pair key: [(simple_symbol) @name (hash_key_symbol) @name])) (#match? @_maker "^(task|file|enum)$")) @definition.method
