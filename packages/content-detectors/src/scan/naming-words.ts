/** The contexts that words before a value give it: 32 at most, since a word's contexts are bits of a number. */
export const CONTEXTS = [
  'phone',
  'bank',
  'card',
  'ssn',
  'tax',
  'bsn',
  'nhs',
  'aadhaar',
  'taxBr',
  'dni',
  'passport',
  'licence',
  'health',
  'policy',
  'birth',
  'version',
  'place',
  'order',
  'person',
  'address',
  'password',
  'key',
  'notSecret',
  'server',
  'cloud',
  'instruct',
  'twilio',
  'aws',
  'title',
  'street',
  'keySuffix',
  'curl',
] as const;
export type Context = (typeof CONTEXTS)[number];

/** Words that give a context, in lower case and of letters alone. `drivingLicence` and `driving_licence` are two words. */
export const NAMING_WORDS: Readonly<Record<Context, string>> = {
  phone:
    'tel telefon telephone phone phones mobile mobil handy cell cellphone fax call calling called ring dial whatsapp sms signal teléfono telefono tél téléphone telephonique portable móvil movil celular llame llamar llámame llama appeler appelez appelle joindre anrufen rufnummer telefonnummer handynummer mobilnummer telefone telemóvel ligue ligar telefoonnummer bel bellen gsm cellulare chiama chiamami numero número numéro nummer contact hotline text phonenumber reach erreichbar durchwahl festnetz callback sim telefoon mobiel cep telepono telefonu komórka komórkowy puhelin telefonnumer telefonnr',
  bank: 'bic swift iban bank banque banco banca konto bankverbindung kontonummer',
  card: 'card cards visa mastercard amex credit debit kreditkarte karte kartennummer carte tarjeta carta cartão creditcard cardnumber cc pan kaart cartao',
  ssn: 'ssn social sozialversicherung socialsecurity',
  tax: 'itin taxpayer individual steuer steuerid steueridentifikationsnummer steuernummer idnr identifikationsnummer tin tax steueridnr steuerliche',
  bsn: 'bsn burgerservicenummer burgerservice sofinummer sofi citizen',
  nhs: 'nhs patient patients health hospital gp medical surgery clinic',
  aadhaar: 'aadhaar aadhar adhaar uidai uid आधार',
  taxBr: 'cpf contribuinte pessoa cnpj empresa',
  dni: 'dni nif nie documento identidad cif',
  passport:
    'passport passports reisepass reisepassnummer pass passnummer passeport pasaporte passaporto passaporte paspoort paspoortnummer паспорт',
  licence:
    'licence license driver drivers driving dl fuhrerschein führerschein führerscheinnummer permis conduire conducir patente rijbewijs rijbewijsnummer cnh habilitação dvla fahrerlaubnis driverlicense',
  health:
    'health medicare medicaid krankenversicherung krankenversicherungsnummer krankenkasse versichertennummer krankenversichertennummer kvnr gkv versicherten mutuelle sanitaria seguridad zorgverzekering verzekerdennummer ehic member subscriber insured mbi npi versichertenkarte egk',
  policy:
    'policy policyholder police versicherungsnummer versicherungsschein versicherungsscheinnummer póliza poliza polizza apólice apolice polis polisnummer assurance contrat policennummer policenummer versicherungspolice policynumber',
  birth:
    'birth birthday birthdate born dob geboren geburtsdatum geburtstag geb né née naissance nacido nacida nacimiento nato nata nascita nascido nascida nascimento geboortedatum birthdays dateofbirth geburt',
  version: 'version versions release build firmware driver v ver upgrade upgraded',
  place:
    'coordinates coordinate coords gps latitude longitude lat lon lng latlng located location geo koordinaten coordonnées coordenadas coordinate position standort ubicación posizione',
  order:
    'order orders invoice tracking sku serial part product ref reference bestellung bestellnummer rechnung rechnungsnummer auftrag auftragsnummer commande facture pedido factura ordine fattura ticket shipment article artikel artikelnummer batch lot isbn ean upc imei barcode model transaction job trace correlation timestamp ts epoch parcel sendungsnummer seriennummer item',
  person: 'name named nombre nom naam nome fullname surname lastname firstname vorname nachname',
  address:
    'address adresse anschrift dirección direccion indirizzo endereço adres domicilio lives live living lived resides residing wohnt wohne wohnhaft habite vive vivo abita mora woont postadresse lieferadresse wohnort',
  password:
    'password passwords passwd pwd pass passphrase passcode kennwort passwort contraseña contrasena motdepasse senha wachtwoord parola dbpassword pw userpassword pin mdp passe lösenord hasło adgangskode passord heslo salasana пароль sshpass',
  key: 'key keys apikey token tokens secret secrets credential credentials auth authorization bearer authtoken accesstoken clientsecret secretkey accesskey privatekey apitoken geheimnis schlüssel clave clé jeton chiave chave segredo creds signature encryption signingkey apikeys licensekey',
  notSecret:
    'public primary foreign partition row sort cache next page continuation max min prompt completion total input output object cursor idempotency keyboard count counter tokenizer hash content sync issue jira project ssh dictionary lookup shard routing instrumentation csrf fingerprint cached per',
  server: 'server host hostname database source datasource uid user username initial',
  cloud: 'azure accountkey account storage blob sharedaccesskey cosmos servicebus eventhub documentdb',
  instruct:
    'ignore disregard forget override bypass reveal print repeat show output display leak ignoriere vergiss missachte ignorez oubliez ignora olvida ignorar dimentica expose',
  title:
    'mr mrs ms miss mx dr prof madam herr herrn frau monsieur madame mme mlle señor señora sr sra srta signor signora sig dott senhor senhora mevrouw meneer dhr mevr patient patientin paciente paziente customer kunde kundin employee mitarbeiter empleado heiße heisse llamo appelle chiamo chamo',
  street:
    'rue avenue av boulevard bd place chemin allée allee impasse quai calle avenida avda plaza paseo carrera via viale piazza corso largo rua praça travessa estrada',
  /** Words behind a naming word that do not change what it names: `SECRET_KEY_BASE`. */
  keySuffix: 'base value prod production dev staging live plain raw u',
  curl: 'curl',
  twilio: 'twilio sid',
  aws: 'aws amazon s3 secretaccesskey awssecretaccesskey iam bedrock',
};
