function ConvertFrom-HvoBase64Url {
    <#
    .SYNOPSIS
    Decodes base64url without padding (RFC 7515).
    .PARAMETER Text
    What to decode.
    .OUTPUTS
    System.Byte[]; System.FormatException if it is no base64url.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    if ($Text -cnotmatch '\A[A-Za-z0-9_-]*\z') { throw [FormatException]::new('The text is no base64url.') }
    $padding = '=' * ((4 - $Text.Length % 4) % 4)
    , [Convert]::FromBase64String($Text.Replace('-', '+').Replace('_', '/') + $padding)
}
