function ConvertFrom-HvoGuestData {
    <#
    .SYNOPSIS
        Returns the fields of the guest data, with the passwords converted to SecureStrings.
    .PARAMETER Stream
        The plaintext of the JWE.
    .OUTPUTS
        System.Collections.Hashtable of field to string, or to System.Security.SecureString for passwords. Throws
        UnsupportedProtocol, WrongFamily or InvalidData.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.MemoryStream] $Stream
    )
    try {
        $data = ConvertFrom-HvoJson -Stream $Stream
    } catch [FormatException] {
        throw (New-HvoStepFailure -Code InvalidData)
    }
    $fields = $data['fields']
    if (-not (Test-HvoJsonString -Value $data['protocol'] -Expected '1')) {
        throw (New-HvoStepFailure -Code UnsupportedProtocol)
    }
    if (-not (Test-HvoJsonString -Value $data['os_family'] -Expected 'windows')) {
        throw (New-HvoStepFailure -Code WrongFamily)
    }
    if ($fields -isnot [hashtable] -or -not (Test-HvoGuestData -Fields $fields)) {
        throw (New-HvoStepFailure -Code InvalidData)
    }
    foreach ($name in 'guest_la_pw', 'guest_domain_joinpw') {
        if ($fields.ContainsKey($name)) { $fields[$name] = ConvertTo-HvoSecureString -Values $fields -Name $name }
    }
    return $fields
}
