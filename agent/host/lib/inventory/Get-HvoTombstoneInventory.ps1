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
        $folder = [System.IO.DirectoryInfo]::new($machines)
        # One that has only the name under which it was written counts as well.
        foreach ($file in @($folder.GetFiles('*.removed')) + @($folder.GetFiles('*.removed.new'))) {
            if ($file.LastWriteTimeUtc -lt $oldest) { continue }
            $uid = $file.Name.Substring(0, $file.Name.IndexOf('.', [StringComparison]::Ordinal))
            $finding = Get-HvoProperty (Read-HvoTombstone -Path (Join-Path $machines "$uid.removed")) 'finding'
            if ($lines.Contains($uid) -and ($lines[$uid].finding -eq 'VmRemoved' -or $null -eq $finding)) { continue }
            $lines[$uid] = [ordered]@{ type = 'removed'; machine_uid = $uid; finding = $finding }
        }
    }
    return $lines.Values
}
