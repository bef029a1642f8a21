function Protect-HvoGuestData {
    <#
    .SYNOPSIS
        Encrypts the guest's data to its key: JWE compact, RSA-OAEP-256 and A256CBC-HS512 (RFC 7516, RFC 7518).
    .DESCRIPTION
        The header names key, VM and run, so that the guest can ignore data for another one. The message of a
        cryptographic error is not reported.
    .OUTPUTS
        String: the JWE.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Plaintext,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Key,
        [Parameter(Mandatory = $true)] [string] $VmId,
        [Parameter(Mandatory = $true)] [string] $RunId
    )
    $header = ConvertTo-HvoJson ([ordered]@{
            alg = 'RSA-OAEP-256'; enc = 'A256CBC-HS512'; kid = $Key.Kid; vm = $VmId.ToLowerInvariant(); run = $RunId
        })
    $protected = ConvertTo-HvoBase64Url ([System.Text.Encoding]::UTF8.GetBytes($header))
    $contentKey = Get-HvoRandomByte -Count 64
    $iv = Get-HvoRandomByte -Count 16
    try {
        $wrapped = Protect-HvoContentKey -ContentKey $contentKey -Modulus (ConvertFrom-HvoBase64Url $Key.Jwk.n)
        $sealed = Protect-HvoContent -Plaintext $Plaintext -ContentKey $contentKey -InitialVector $iv `
            -AdditionalData ([System.Text.Encoding]::ASCII.GetBytes($protected))
    } catch {
        Stop-HvoLaunch -Code PublishFailed -Message ("The guest's data could not be encrypted to its key " +
            "($($_.Exception.GetBaseException().GetType().Name)).")
    } finally {
        [Array]::Clear($contentKey, 0, $contentKey.Length)
    }
    $parts = @($wrapped, $iv, $sealed.Ciphertext, $sealed.Tag) | ForEach-Object { ConvertTo-HvoBase64Url $_ }
    return (@($protected) + $parts) -join '.'
}
