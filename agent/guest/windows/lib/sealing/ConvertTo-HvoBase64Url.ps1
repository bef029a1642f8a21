function ConvertTo-HvoBase64Url {
    <#
    .SYNOPSIS
    Encodes bytes as base64url without padding (RFC 7515).
    .PARAMETER Bytes
    The bytes; they are public: parameters of commands may be logged.
    .OUTPUTS
    System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}
