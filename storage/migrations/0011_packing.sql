-- Long texts from before they were packed. `pack` is the storage's own; what is packed already, or short, stays.
UPDATE jobs SET request = pack(request) WHERE length(request) >= 600 AND request NOT GLOB 'z*';
UPDATE clips SET recipe = pack(recipe) WHERE length(recipe) >= 600 AND recipe NOT GLOB 'z*';
UPDATE verses SET verse = pack(verse) WHERE length(verse) >= 600 AND verse NOT GLOB 'z*';
