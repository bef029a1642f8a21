function ConvertTo-HvoBase64Url {
    <#
    .SYNOPSIS
        Returns bytes as base64url text without padding (RFC 7515).
    .PARAMETER Bytes
        The bytes. They must not be secret, because arguments of commands may be logged.
    .OUTPUTS
        System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    return [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}
