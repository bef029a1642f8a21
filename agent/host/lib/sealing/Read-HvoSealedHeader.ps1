function Read-HvoSealedHeader {
    <#
    .SYNOPSIS
        Returns the protected header of sealed data; fails with InvalidDefinition if the data is not a compact JWE.
    .OUTPUTS
        Object with kid, vm, run and the algorithms.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Sealed
    )
    if ($Sealed -cnotmatch '\A[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}\z') {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The sealed data is not a compact JWE.'
    }
    try {
        $bytes = ConvertFrom-HvoBase64Url ($Sealed.Split('.')[0])
        return ConvertFrom-Json -InputObject ([System.Text.Encoding]::UTF8.GetString($bytes))
    } catch {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The header of the sealed data is not JSON.'
    }
}
