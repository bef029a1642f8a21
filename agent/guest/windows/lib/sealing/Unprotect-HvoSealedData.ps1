function Unprotect-HvoSealedData {
    <#
    .SYNOPSIS
        Decrypts a JWE (RFC 7516, compact; RSA-OAEP-256, A256CBC-HS512) that is sealed to the key of this VM.
    .DESCRIPTION
        The tag is checked before the content is decrypted. Secrets are returned in objects of which a log shows only
        the type.
    .PARAMETER Sealed
        The JWE.
    .PARAMETER Key
        The private key of this VM.
    .PARAMETER VirtualMachineId
        Id of this VM.
    .OUTPUTS
        PSCustomObject with Refusal (a code; empty if the JWE was decrypted), Run, Kid and Plaintext
        (System.IO.MemoryStream).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Sealed,
        [Parameter(Mandatory = $true)] [System.Security.Cryptography.RSA] $Key,
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $kid = (Get-HvoPublicJwk -Key $Key).Kid
    $result = [PSCustomObject]@{ Refusal = ''; Run = ''; Kid = $kid; Plaintext = $null }
    $parts = $Sealed.Split('.')
    if ($Sealed.Length -gt 120000 -or $parts.Length -ne 5 -or $parts[0].Length -gt 1000) {
        $result.Refusal = 'NoJwe'
        return $result
    }
    $header = Read-HvoJweHeader -Header $parts[0] -VirtualMachineId $VirtualMachineId -Kid $kid
    $result.Refusal = $header.Refusal
    $result.Run = $header.Run
    if ($result.Refusal) { return $result }
    try {
        $wrapped = ConvertFrom-HvoBase64Url -Text $parts[1]
        $content = @{
            Header = $parts[0]
            Iv = (ConvertFrom-HvoBase64Url -Text $parts[2])
            Ciphertext = (ConvertFrom-HvoBase64Url -Text $parts[3])
        }
        $tag = ConvertFrom-HvoBase64Url -Text $parts[4]
    } catch [FormatException] {
        $result.Refusal = 'NoJwe'
        return $result
    }
    if ($wrapped.Length -ne $Key.KeySize / 8 -or $content.Iv.Length -ne 16 -or $tag.Length -ne 32 -or
        $content.Ciphertext.Length -eq 0 -or $content.Ciphertext.Length % 16 -ne 0) {
        $result.Refusal = 'NoJwe'
        return $result
    }
    $secret = [byte[]]@()
    try {
        $secret = $Key.Decrypt($wrapped, [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)
    } catch [System.Security.Cryptography.CryptographicException] {
        $result.Refusal = 'KeyNotOpened'
    }
    if (-not $result.Refusal -and $secret.Length -ne 64) { $result.Refusal = 'KeyNotOpened' }
    if ($result.Refusal) { return $result }
    $content.MacKey = [byte[]]$secret[0..31]
    if (-not (Test-HvoBytesEqual -Left (Get-HvoAuthenticationTag -Content $content) -Right $tag)) {
        $result.Refusal = 'TagWrong'
        return $result
    }
    $aes = [System.Security.Cryptography.Aes]::Create()
    try {
        $aes.Mode = [System.Security.Cryptography.CipherMode]::CBC
        $aes.Padding = [System.Security.Cryptography.PaddingMode]::PKCS7
        $aes.Key = [byte[]]$secret[32..63]
        $aes.IV = $content.Iv
        $decryptor = $aes.CreateDecryptor()
        $plain = $decryptor.TransformFinalBlock($content.Ciphertext, 0, $content.Ciphertext.Length)
        $result.Plaintext = [System.IO.MemoryStream]::new($plain)
    } catch [System.Security.Cryptography.CryptographicException] {
        $result.Refusal = 'NotDecrypted'
    } finally {
        $aes.Dispose()
    }
    return $result
}
