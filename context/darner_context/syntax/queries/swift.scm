(class_declaration name: [(type_identifier) @name (user_type (type_identifier) @name .)]) @definition.class
(protocol_declaration name: (type_identifier) @name) @definition.interface
(typealias_declaration name: (type_identifier) @name) @definition.type
(associatedtype_declaration name: (type_identifier) @name) @definition.type
(macro_declaration (simple_identifier) @name) @definition.macro
(enum_entry name: (simple_identifier) @name) @definition.field
(function_declaration name: (simple_identifier) @name) @definition.function
(protocol_function_declaration name: (simple_identifier) @name) @definition.method
(init_declaration "init" @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.constructor
(subscript_declaration "subscript" @name) @definition.method
(protocol_property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field
(class_body (property_declaration name: (pattern [bound_identifier: (simple_identifier) @name (pattern (simple_identifier) @name)])) @definition.field)
(enum_class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @definition.field)
(source_file (property_declaration name: (pattern [bound_identifier: (simple_identifier) @name (pattern (simple_identifier) @name)])) @definition.constant)
