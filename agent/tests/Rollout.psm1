# What the tests of the rollout share: the composed text, run as PSRP runs it; bundles to send; the agent's root of a fake host.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, 'Bundle.psm1'))

$script:Fake = [System.IO.Path]::Combine($PSScriptRoot, 'FakeHyperV', 'FakeHyperV.psd1')
$script:Session = $null
$script:Temporary = New-Object System.Collections.Generic.List[string]

function Get-RolloutText {
    <#
    .SYNOPSIS
    Returns the text that the operator sends, as the tool composes it.
    #>
    (Get-AgentBundle).RolloutText
}

function Get-Session {
    <#
    .SYNOPSIS
    Returns a runspace with the fake's commands, the same each time.
    #>
    if ($null -eq $script:Session) {
        $state = [System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault()
        $state.ImportPSModule(@($script:Fake))
        $script:Session = [runspacefactory]::CreateRunspace($state)
        $script:Session.Open()
    }
    $script:Session
}

function Invoke-Rollout {
    <#
    .SYNOPSIS
    Runs an operation as the operator does: script text, strings in the pipeline, a session that others have used.
    .OUTPUTS
    Object: the answer. Anything else in the output fails.
    #>
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Line)
    $shell = [powershell]::Create()
    try {
        $shell.Runspace = Get-Session
        $output = @($shell.AddScript((Get-RolloutText)).Invoke($Line))
        if ($shell.Streams.Error.Count) { throw "errors: $($shell.Streams.Error)" }
        if ($output.Count -ne 1 -or -not ($output[0] -is [string])) { throw "not one string: $output" }
        ConvertFrom-Json -InputObject ([string]$output[0])
    } finally {
        $shell.Dispose()
    }
}

function New-TestRoot {
    <#
    .SYNOPSIS
    Makes the agent's root as whoever prepares a host leaves it, with an agent installed by hand.
    .OUTPUTS
    Object: Root (a folder around it), Agent (the agent's root itself).
    #>
    $root = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'hvo-' + [guid]::NewGuid().ToString('N').Substring(0, 12))
    $script:Temporary.Add($root)
    $agent = [System.IO.Path]::Combine($root, 'HyperVOperator')
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($agent, 'steps'))
    foreach ($name in 'agent.json', 'Start.ps1', 'steps/A.ps1') {
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($agent, $name), '{"allowed_roots": []}')
    }
    [pscustomobject]@{ Root = $root; Agent = $agent }
}

function Remove-TestRoot {
    <#
    .SYNOPSIS
    Deletes what New-TestRoot has made.
    #>
    foreach ($root in $script:Temporary) { [System.IO.Directory]::Delete($root, $true) }
    $script:Temporary.Clear()
}

function Mount-TestDisk {
    <#
    .SYNOPSIS
    Makes a folder a small file system of its own. Returns false where that cannot be done: root on Linux can.
    #>
    param([Parameter(Mandatory)] [string] $Path, [string] $Size = '64k')
    if ([System.IO.Path]::DirectorySeparatorChar -ne '/') { return $false }
    & mount -t tmpfs -o "size=$Size" tmpfs $Path 2>$null
    $LASTEXITCODE -eq 0
}

function New-Header {
    <#
    .SYNOPSIS
    Returns the header of an operation.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] [string] $Operation, [hashtable] $With = @{})
    ConvertTo-Json -Compress -InputObject (@{ operation = $Operation; root = $World.Agent } + $With)
}

function New-Piece {
    <#
    .SYNOPSIS
    Returns a piece of a file.
    #>
    param([Parameter(Mandatory)] $Path, [long] $Offset = 0, [AllowEmptyCollection()] [byte[]] $Data = @())
    ConvertTo-Json -Compress -InputObject ([ordered]@{ path = $Path; offset = $Offset; data = [Convert]::ToBase64String($Data) })
}

function New-Bundle {
    <#
    .SYNOPSIS
    Returns a small version: its files by path, and the digest as the protocol defines it.
    #>
    param([hashtable] $With = @{})
    $random = New-Object byte[] 10000
    (New-Object System.Random 7).NextBytes($random)
    $files = @{
        'Start.ps1' = [byte[]](1, 2, 3); 'steps/A.ps1' = [byte[]](4, 5); 'steps/deep/B-b_b.ps1' = [byte[]](6, 7)
        'isos/linux.iso' = $random; 'empty.txt' = [byte[]]@()
    }
    foreach ($name in $With.Keys) { $files[$name] = [byte[]]$With[$name] }
    $sha = [System.Security.Cryptography.SHA256]::Create()
    $hex = { param($Bytes) [BitConverter]::ToString($sha.ComputeHash([byte[]]$Bytes)).Replace('-', '').ToLower() }
    $lines = [string[]]@($files.Keys | ForEach-Object { (& $hex $files[$_]) + "  $_`n" })
    [array]::Sort($lines, [StringComparer]::Ordinal)
    $digest = 'sha256:' + (& $hex ([System.Text.Encoding]::UTF8.GetBytes(-join $lines)))
    [pscustomobject]@{ Files = $files; Digest = $digest; Name = $digest.Substring(7, 16) }
}

function Split-Bundle {
    <#
    .SYNOPSIS
    Returns the pieces of a bundle's files, of at most Size bytes each.
    #>
    param([Parameter(Mandatory)] $Bundle, [int] $Size = 4000)
    foreach ($name in $Bundle.Files.Keys) {
        $data = $Bundle.Files[$name]
        for ($offset = 0; $offset -eq 0 -or $offset -lt $data.Length; $offset += $Size) {
            $rest = New-Object byte[] ([Math]::Min($Size, $data.Length - $offset))
            [Array]::Copy($data, $offset, $rest, 0, $rest.Length)
            New-Piece $name $offset $rest
        }
    }
}

function Send-Bundle {
    <#
    .SYNOPSIS
    Receives a bundle under an upload's id in one call. Returns the id.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Bundle)
    $upload = [guid]::NewGuid().ToString('N')
    $answer = Invoke-Rollout (@(New-Header $World receive @{ upload = $upload }) + @(Split-Bundle $Bundle))
    if (-not $answer.ok) { throw $answer.message }
    $upload
}

function Install-Bundle {
    <#
    .SYNOPSIS
    Receives and activates a bundle. Returns the answer.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Bundle)
    $upload = Send-Bundle $World $Bundle
    Invoke-Rollout (New-Header $World activate @{ upload = $upload; digest = $Bundle.Digest })
}

function Get-Version {
    <#
    .SYNOPSIS
    Returns the path of a bundle's folder in the root, or of a file in it.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Bundle, [string] $File = '')
    [System.IO.Path]::Combine($World.Agent, 'versions', $Bundle.Name, $File).TrimEnd('/', '\')
}

function Get-VersionEntry {
    <#
    .SYNOPSIS
    Returns the names of all that lies in the root's folder of versions but its lock.
    #>
    param([Parameter(Mandatory)] $World)
    $folder = New-Object System.IO.DirectoryInfo (Join-Path $World.Agent 'versions')
    @($folder.GetFileSystemInfos() | ForEach-Object { $_.Name } | Where-Object { $_ -ne '.lock' } | Sort-Object)
}

function Get-Content64 {
    <#
    .SYNOPSIS
    Returns what is in a folder and below it, each file by its path and with its content; links by what they are.
    #>
    param([Parameter(Mandatory)] [string] $Folder)
    $prefix = [System.IO.Path]::GetFullPath($Folder).Length + 1
    @(Get-ChildItem -Recurse -Force $Folder | Where-Object { $_.LinkType -or -not $_.PSIsContainer } | ForEach-Object {
            $name = $_.FullName.Substring($prefix).Replace('\', '/')
            if ($_.LinkType) { "$name link" } else { "$name " + [Convert]::ToBase64String([System.IO.File]::ReadAllBytes($_.FullName)) }
        } | Sort-Object)
}

function Get-BundleContent {
    <#
    .SYNOPSIS
    Returns a bundle's files in the form of Get-Content64.
    #>
    param([Parameter(Mandatory)] $Bundle)
    @($Bundle.Files.Keys | ForEach-Object { "$_ " + [Convert]::ToBase64String($Bundle.Files[$_]) } | Sort-Object)
}

function Invoke-KilledRollout {
    <#
    .SYNOPSIS
    Runs an operation in a process that ends itself, without a word, at the Nth point: before or after a change, or in
    the middle of the deletion of a folder.
    .OUTPUTS
    Whether it was killed; if not, it has gone through with fewer points than that.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] [string[]] $Line, [Parameter(Mandatory)] [int] $Point)
    $last = '$input | Invoke-HvoRollout'
    $kill = 'function Step-Point { param($Half) if (++$points.Count -ne ' + $Point + ') { return }; ' +
    '$inside = @(if ($Half -and [System.IO.Directory]::Exists($Half)) { [System.IO.Directory]::GetFiles($Half) }); ' +
    'if ($inside.Count) { [System.IO.File]::Delete($inside[0]) }; [Diagnostics.Process]::GetCurrentProcess().Kill(); Start-Sleep 60 }'
    $wrapped = foreach ($name in 'Move-HvoFile', 'Move-HvoFolder', 'Remove-HvoEntry') {
        $original = '$original' + $name.Replace('-', '')
        $half = if ($name -eq 'Remove-HvoEntry') { 'Step-Point $args[-1]; ' }
        "$original = `${function:$name}"
        "function $name { Step-Point; $half& $original @args; Step-Point }"
    }
    $text = (Get-RolloutText).Replace($last, (@('$points = @{ Count = 0 }', $kill) + $wrapped + $last) -join "`n")
    $files = foreach ($name in 'rollout.ps1', 'lines.txt', 'start.ps1') { [System.IO.Path]::Combine($World.Root, $name) }
    [System.IO.File]::WriteAllText($files[0], $text)
    [System.IO.File]::WriteAllLines($files[1], $Line)
    [System.IO.File]::WriteAllText($files[2], "[System.IO.File]::ReadAllLines('$($files[1])') | & '$($files[0])'")
    $start = New-Object System.Diagnostics.ProcessStartInfo (Get-TestShell)
    $start.Arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$($files[2])`""
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    if ($output -match '"type":"rollout"') {
        if ($output -notmatch '"ok":true') { throw $output }
        return $false
    }
    if ($process.ExitCode -eq 0) { throw "neither killed nor done: $output" }
    $true
}

Export-ModuleMember -Function *
