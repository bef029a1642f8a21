function Protect-HvoContentKey {
    <#
    .SYNOPSIS
        Encrypts a content key with RSA-OAEP and SHA-256.
    .OUTPUTS
        Byte array, as one object.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $ContentKey,
        [Parameter(Mandatory = $true)] [byte[]] $Modulus
    )
    # RSA.Create of .NET Framework may return a provider that supports OAEP with SHA-1 only.
    $rsa = if ($PSVersionTable.PSVersion.Major -ge 6) {
        [System.Security.Cryptography.RSA]::Create()
    } else {
        [System.Security.Cryptography.RSACng]::new()
    }
    try {
        $parameters = [System.Security.Cryptography.RSAParameters]::new()
        $first = 0
        while ($Modulus[$first] -eq 0) { $first++ }
        $parameters.Modulus = [byte[]]$Modulus[$first..($Modulus.Length - 1)]
        $parameters.Exponent = [byte[]]@(1, 0, 1)
        $rsa.ImportParameters($parameters)
        return , $rsa.Encrypt($ContentKey, [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)
    } finally {
        $rsa.Dispose()
    }
}
