function Get-HvoAntivirusCheck {
    <#
    .SYNOPSIS
        Returns a row for each folder: whether Microsoft Defender leaves its virtual disks alone. Unknown for other products.
    .DESCRIPTION
        A folder is left alone if it or one above it is excluded, if .vhdx files are, if real-time scanning is off, or by the automatic
        exclusions of the Hyper-V role, which name the files of virtual disks wherever they are.
    .OUTPUTS
        Ordered dictionaries (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string[]] $Paths
    )
    $preference = Get-CimInstance -Namespace 'root\Microsoft\Windows\Defender' -ClassName 'MSFT_MpPreference' | Select-Object -First 1
    $expected = 'virtual disks in this folder are excluded from real-time scanning'
    foreach ($path in $Paths) {
        $row = @{ Subject = $path; Expected = $expected }
        if ($null -eq $preference) {
            New-HvoCheckRow -Id Antivirus @row -State unknown -Observed 'Microsoft Defender is not installed'
            continue
        }
        $folders = @(@(Get-HvoProperty $preference 'ExclusionPath') | Where-Object { $_ })
        $extensions = @(@(Get-HvoProperty $preference 'ExclusionExtension') | ForEach-Object { ([string]$_).TrimStart('.', '*') })
        # Defender answers an account without the right to see its exclusions with a sentence in place of a path.
        if (@($folders | Where-Object { ([string]$_).StartsWith('N/A', [StringComparison]::Ordinal) }).Count) {
            New-HvoCheckRow -Id Antivirus @row -State unknown -Observed "this account may not see Microsoft Defender's exclusions"
            continue
        }
        $above = @($folders | Where-Object { (Test-HvoPlainPath ([string]$_)) -and (Test-HvoPathInside -Path $path -Folder ([string]$_)) })
        if ([bool](Get-HvoProperty $preference 'DisableRealtimeMonitoring' -Default $false)) {
            New-HvoCheckRow -Id Antivirus @row -State ok -Observed 'real-time scanning by Microsoft Defender is off'
        } elseif ($above.Count) {
            New-HvoCheckRow -Id Antivirus @row -State ok -Observed "Microsoft Defender excludes $($above[0])"
        } elseif ($extensions -contains 'vhdx') {
            New-HvoCheckRow -Id Antivirus @row -State ok -Observed 'Microsoft Defender excludes .vhdx files'
        } elseif (-not [bool](Get-HvoProperty $preference 'DisableAutoExclusions' -Default $false)) {
            New-HvoCheckRow -Id Antivirus @row -State ok -Observed 'the automatic exclusions of the Hyper-V role are on'
        } else {
            New-HvoCheckRow -Id Antivirus @row -State warning -Observed 'Microsoft Defender scans it, and automatic exclusions are off'
        }
    }
}
