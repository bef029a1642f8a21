function Get-HvoTombstoneInventory {
    <#
    .SYNOPSIS
        Returns the lines of the inventory for machines that were removed within the last hour.
    .DESCRIPTION
        Of a machine with several tombstones, the one of the removal that found most.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $lines = [ordered]@{}
    $oldest = [DateTime]::UtcNow.AddHours(-1)
    foreach ($machines in $Context.MachineFolders) {
        if (-not [System.IO.Directory]::Exists($machines)) { continue }
        foreach ($file in [System.IO.DirectoryInfo]::new($machines).GetFiles('*.removed')) {
            if ($file.LastWriteTimeUtc -lt $oldest) { continue }
            $uid = [System.IO.Path]::GetFileNameWithoutExtension($file.Name)
            $finding = Get-HvoProperty (Read-HvoTombstone -Path $file.FullName) 'finding'
            if ($lines.Contains($uid) -and ($lines[$uid].finding -eq 'VmRemoved' -or $null -eq $finding)) { continue }
            $lines[$uid] = [ordered]@{ type = 'removed'; machine_uid = $uid; finding = $finding }
        }
    }
    return $lines.Values
}
