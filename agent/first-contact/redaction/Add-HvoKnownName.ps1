function Add-HvoKnownName {
    <#
    .SYNOPSIS
        Gives placeholders to the names that the host is known to have: of itself, VMs, switches, images, the cluster, the account.
    .DESCRIPTION
        What cannot be read here is still redacted, as a word that is not one of the report's own.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Placeholder,
        [Parameter()] [string] $Images = '',
        [Parameter()] [string] $Switch = '',
        [Parameter()] [string] $FailoverCluster = ''
    )
    $sources = [ordered]@{
        host = { [Environment]::MachineName; [string](Get-VMHost).ComputerName }
        account = { [Environment]::UserName }
        domain = { [Environment]::UserDomainName }
        cluster = { $FailoverCluster }
        switch = { $Switch; Get-VMSwitch | ForEach-Object { [string]$_.Name } }
        vm = { Get-VM -ErrorAction SilentlyContinue | ForEach-Object { [string]$_.Name } }
        image = {
            if ($Images) {
                foreach ($file in [System.IO.DirectoryInfo]::new($Images).GetFiles('*.vhd*')) {
                    [System.IO.Path]::GetFileNameWithoutExtension($file.Name)
                }
            }
        }
    }
    foreach ($kind in $sources.Keys) {
        try { $values = @(& $sources[$kind]) } catch { continue }
        foreach ($value in @($values | Where-Object { $_ })) {
            $null = Get-HvoPlaceholder -Placeholder $Placeholder -Kind $kind -Value $value
            $Placeholder.Known.Add($value)
        }
    }
}
