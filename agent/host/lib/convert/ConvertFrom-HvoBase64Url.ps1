function ConvertFrom-HvoBase64Url {
    <#
    .SYNOPSIS
        Returns the bytes of base64url text without padding; throws a FormatException for any other text.
    .OUTPUTS
        Byte array, as one object.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    $standard = $Text.Replace('-', '+').Replace('_', '/')
    $padding = (4 - $standard.Length % 4) % 4
    return , [Convert]::FromBase64String($standard + ('=' * $padding))
}
