(function name: (variable) @name) @definition.function
(bind name: (variable) @name) @definition.function
(signature name: (variable) @name) @definition.function
(foreign_import (signature name: (variable) @name)) @definition.function
(data_type name: (name) @name) @definition.class
(newtype name: (name) @name) @definition.class
(data_constructor constructor: (_ name: (constructor) @name)) @definition.field
(newtype_constructor name: (constructor) @name) @definition.field
(gadt_constructor name: (constructor) @name) @definition.field
(field_name (variable) @name) @definition.field
(type_synonym name: (name) @name) @definition.type
(type_family name: (name) @name) @definition.type
(data_family name: (name) @name) @definition.type
(pattern_synonym (equation synonym: (apply function: (constructor) @name))) @definition.function
(class name: (name) @name) @definition.interface
