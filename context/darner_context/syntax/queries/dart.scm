(class_definition name: (identifier) @name) @definition.class
(mixin_application_class . (identifier) @name) @definition.class
(mixin_declaration (mixin) . (identifier) @name) @definition.class
(extension_declaration name: (identifier) @name) @definition.class
(extension_type_declaration name: (identifier) @name) @definition.class
(representation_declaration name: (identifier) @name) @definition.field
(enum_declaration name: (identifier) @name) @definition.enum
(enum_constant name: (identifier) @name) @definition.field
(type_alias . (type_identifier) @name . [(function_type) (record_type) (type_identifier) (type_arguments) (type_parameters)]) @definition.type
(type_alias (type_identifier) @name . (formal_parameter_list)) @definition.type
(class_body (method_signature [(function_signature name: (identifier) @name) (getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @definition.method)
(enum_body (method_signature [(function_signature name: (identifier) @name) (getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @definition.method)
(extension_body (method_signature [(function_signature name: (identifier) @name) (getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @definition.method)
(method_signature [(function_signature name: (identifier) @name) (getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @definition.method
(declaration [(function_signature name: (identifier) @name) (getter_signature name: (identifier) @name) (setter_signature name: (identifier) @name)]) @definition.method
(factory_constructor_signature (identifier) @name . (formal_parameter_list)) @definition.constructor
(redirecting_factory_constructor_signature (identifier) @name . (formal_parameter_list)) @definition.constructor
(constructor_signature name: (identifier) @name . parameters: (_)) @definition.constructor
(constant_constructor_signature (identifier) @name . (formal_parameter_list)) @definition.constructor
(declaration (initialized_identifier_list (initialized_identifier . (identifier) @name))) @definition.field
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name))) @definition.field
(declaration (identifier_list (identifier) @name)) @definition.field
(program (function_signature name: (identifier) @name) @definition.function)
(program (getter_signature name: (identifier) @name) @definition.function)
(program (setter_signature name: (identifier) @name) @definition.function)
(function_signature name: (identifier) @name) @definition.function
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @definition.constant))
(program (initialized_identifier_list (initialized_identifier . (identifier) @name) @definition.constant))
