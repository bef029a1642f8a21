function Get-HvoSessionConfiguration {
    <#
    .SYNOPSIS
        Returns the session configuration with the group and the account.
    .PARAMETER Template
        The .pssc file.
    .PARAMETER Group
        Group that may use the endpoint.
    .PARAMETER Account
        Entries that say which account jobs run as.
    .OUTPUTS
        Hashtable of New-PSSessionConfigurationFile's parameters. Description ends with a digest of all others.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string] $Template,
        [Parameter(Mandatory = $true)] [string] $Group,
        [Parameter(Mandatory = $true)] [hashtable] $Account
    )
    $configuration = Import-PowerShellDataFile -LiteralPath $Template -ErrorAction Stop
    $configuration.Remove('RunAsVirtualAccount')
    foreach ($name in $Account.Keys) { $configuration[$name] = $Account[$name] }
    $configuration.RoleDefinitions = @{ $Group = @{ RoleCapabilities = 'HyperVOperator' } }
    # The digest must not depend on the culture of whoever registers the endpoint.
    $names = [string[]]@($configuration.Keys)
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $lines = foreach ($name in $names) {
        '{0}={1}' -f $name, (ConvertTo-Json -InputObject $configuration[$name] -Compress -Depth 5)
    }
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try {
        $digest = $sha256.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($lines -join "`n"))
    } finally {
        $sha256.Dispose()
    }
    $shown = [BitConverter]::ToString($digest).Replace('-', '').ToLowerInvariant()
    $configuration.Description = "$($configuration.Description); sha256:$shown"
    return $configuration
}
