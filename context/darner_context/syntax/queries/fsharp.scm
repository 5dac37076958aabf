(named_module name: (_) @name) @definition.module
(module_defn . (_) @name) @definition.module
(namespace name: (_) @name) @definition.module
(type_definition (_ (type_name type_name: (_) @name))) @definition.class
(exception_definition exception_name: (_) @name) @definition.class
(declaration_expression (function_or_value_defn (function_declaration_left . (_) @name))) @definition.function
(file (declaration_expression (function_or_value_defn (value_declaration_left . (identifier_pattern (long_identifier_or_op (_) @name))))) @definition.constant)
(named_module (declaration_expression (function_or_value_defn (value_declaration_left . (identifier_pattern (long_identifier_or_op (_) @name))))) @definition.constant)
(module_defn (declaration_expression (function_or_value_defn (value_declaration_left . (identifier_pattern (long_identifier_or_op (_) @name))))) @definition.constant)
(namespace (declaration_expression (function_or_value_defn (value_declaration_left . (identifier_pattern (long_identifier_or_op (_) @name))))) @definition.constant)
(member_defn (method_or_prop_defn name: (property_or_ident method: (identifier) @name))) @definition.method
(member_defn (method_or_prop_defn name: (property_or_ident . (identifier) @name .))) @definition.method
(member_defn (member_signature (identifier) @name)) @definition.method
(union_type_case . (identifier) @name) @definition.enum_variant
(enum_type_case . (identifier) @name) @definition.enum_variant
(record_field . (identifier) @name) @definition.field
