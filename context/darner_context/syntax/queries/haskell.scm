(function name: (variable) @name) @definition.function
(bind name: (variable) @name) @definition.function
(signature name: (variable) @name) @definition.function
(data_type name: (name) @name) @definition.class
(newtype name: (name) @name) @definition.class
(type_synonym name: (name) @name) @definition.type
(class name: (name) @name) @definition.interface
