function ConvertTo-HvoBase64Url {
    <#
    .SYNOPSIS
        Returns bytes as base64url without padding.
    #>
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [byte[]] $Bytes)
    return [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}
