function ConvertFrom-HvoBase64Url {
    <#
    .SYNOPSIS
        Returns the bytes of base64url text without padding (RFC 7515).
    .PARAMETER Text
        The text.
    .OUTPUTS
        System.Byte[]. Throws System.FormatException if the text is not base64url.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    if ($Text -cnotmatch '\A[A-Za-z0-9_-]*\z') { throw [FormatException]::new('The text is not base64url.') }
    $padding = '=' * ((4 - $Text.Length % 4) % 4)
    return , [Convert]::FromBase64String($Text.Replace('-', '+').Replace('_', '/') + $padding)
}
