/** The configuration that goes with an exported folder, for `openssl ca -config openssl_local.cnf` inside it. */
export const opensslConfiguration = `# Run inside this folder: openssl ca -config openssl_local.cnf -in request.pem -out certs/name.pem
[ca]
default_ca = CA_default

[CA_default]
dir = .
database = $dir/index.txt
new_certs_dir = $dir/newcerts
certificate = $dir/cacert.pem
private_key = $dir/private/cakey.pem
serial = $dir/serial
crlnumber = $dir/crlnumber
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 365
default_crl_days = 30
policy = policy_anything
email_in_dn = yes
x509_extensions = usr_cert
crl_extensions = crl_ext
# What stands in usr_cert wins over what a request asks for; names, and whatever else it brings, are copied: look at it.
copy_extensions = copy

[policy_anything]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional

[usr_cert]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid

[crl_ext]
authorityKeyIdentifier = keyid
`;
