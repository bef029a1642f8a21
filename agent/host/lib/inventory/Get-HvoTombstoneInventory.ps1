function Get-HvoTombstoneInventory {
    <#
    .SYNOPSIS
        Returns the lines of the inventory for machines that were removed within the last hour.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if (-not [System.IO.Directory]::Exists($Context.Machines)) { return }
    $oldest = [DateTime]::UtcNow.AddHours(-1)
    foreach ($file in [System.IO.DirectoryInfo]::new($Context.Machines).GetFiles('*.removed')) {
        if ($file.LastWriteTimeUtc -lt $oldest) { continue }
        [ordered]@{ type = 'removed'; machine_uid = [System.IO.Path]::GetFileNameWithoutExtension($file.Name) }
    }
}
