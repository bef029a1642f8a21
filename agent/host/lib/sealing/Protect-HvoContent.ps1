function Protect-HvoContent {
    <#
    .SYNOPSIS
        Encrypts with A256CBC-HS512 (RFC 7518, section 5.2.5): the first half of the key authenticates, the second encrypts.
    .OUTPUTS
        Object with Ciphertext and Tag, byte arrays.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Plaintext,
        [Parameter(Mandatory = $true)] [byte[]] $ContentKey,
        [Parameter(Mandatory = $true)] [byte[]] $InitialVector,
        [Parameter(Mandatory = $true)] [byte[]] $AdditionalData
    )
    $aes = [System.Security.Cryptography.Aes]::Create()
    $hmac = [System.Security.Cryptography.HMACSHA512]::new([byte[]]$ContentKey[0..31])
    try {
        $aes.Mode = [System.Security.Cryptography.CipherMode]::CBC
        $aes.Padding = [System.Security.Cryptography.PaddingMode]::PKCS7
        $aes.Key = [byte[]]$ContentKey[32..63]
        $aes.IV = $InitialVector
        $encryptor = $aes.CreateEncryptor()
        $ciphertext = $encryptor.TransformFinalBlock($Plaintext, 0, $Plaintext.Length)
        $length = [BitConverter]::GetBytes([long]$AdditionalData.Length * 8)
        if ([BitConverter]::IsLittleEndian) { [Array]::Reverse($length) }
        $mac = $hmac.ComputeHash([byte[]]($AdditionalData + $InitialVector + $ciphertext + $length))
        return [PSCustomObject]@{ Ciphertext = $ciphertext; Tag = [byte[]]$mac[0..31] }
    } finally {
        $hmac.Dispose()
        $aes.Dispose()
    }
}
